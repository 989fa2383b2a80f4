"""Alarms that survive being looked at every day, and their life after they were raised."""
