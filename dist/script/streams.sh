#!/bin/sh
# The streams of a job: two programs and a pipe. Plain sh has no pipefail, so each side reports its exit
# status on a separate descriptor.

# send_compressed PRODUCER STAGE: writes the output of the function, compressed, to standard output.
send_compressed() {
  pipe_stages "$1" "$2" compress compression
}

# receive_compressed CONSUMER STAGE: passes standard input, decompressed, to the function.
receive_compressed() {
  pipe_stages decompress decompression "$1" "$2"
}

# pipe_stages PRODUCER STAGE CONSUMER STAGE: reports both exit statuses and ends the job unless both are good.
pipe_stages() {
  exec 4>&1
  statuses=$(
    {
      { "$1" 3>&- 4>&-; echo "producer=$?" >&3; } |
        { "$3" >&4 3>&- 4>&-; echo "consumer=$?" >&3; }
    } 3>&1
  )
  exec 4>&-
  # A missing status is a failure.
  producer=255 consumer=255
  for pair in $statuses; do
    case $pair in
      producer=*) producer=${pair#*=} ;;
      consumer=*) consumer=${pair#*=} ;;
    esac
  done
  say status "$2" "$producer"
  say status "$4" "$consumer"
  # tar 1: a file changed while it was read. Normal on a live site.
  case $2:$producer:$consumer in
    *:0:0 | tar:1:0) ;;
    *) finish 70 ;;
  esac
}

compress() {
  case $compression in
    none) cat ;;
    zstd) zstd -q -c "-${level:-3}" -T0 ;;
    gzip)
      if command -v pigz >/dev/null; then pigz -n -c "-${level:-6}"; else gzip -n -c "-${level:-6}"; fi
      ;;
  esac
}

decompress() {
  case $compression in
    none) cat ;;
    zstd) zstd -q -dc ;;
    gzip) gzip -dc ;;
  esac
}

is_gnu_tar() {
  tar --version 2>/dev/null | grep -q GNU
}

# The paths as they are named in the mirror and the archive.
archive_names() {
  printf '%s' "$paths" | sed 's,^/,,'
}
