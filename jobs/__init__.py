"""Work that outlives the page that asked for it.

A job is a row of ours (`db.jobs`) that is written before anything starts. Its kind, one file, says how it is run;
`jobs.runs` runs it and writes what came of it in the same transaction that ends it. Who waits for it has it run
in the process of the page at once (`jobs.here`); everything else goes through the queues of an engine to a worker
(`jobs.worker`). A worker also goes on with what the process of a page, or another worker, left behind.
"""
