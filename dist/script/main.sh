#!/bin/sh
# The last part of the script that is sent: reads the request and runs the job.

main() {
  read_request
  begin
  run_job
}

main
