"""The kinds of job of this service, one file each: jobs/kinds finds them."""
