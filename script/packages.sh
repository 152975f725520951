# What the commands need beside Node, as program:package, named as Debian 12 to 14 and Ubuntu 24.04 name them; a package that
# brings no program has none before the colon. Sourced.
# The -core packages bring mariadbd without a system service.
# shellcheck shell=bash disable=SC2034

demo_programs=(
  mariadbd:mariadb-server-core mariadb-install-db:mariadb-server-core
  mariadb:mariadb-client-core mariadb-dump:mariadb-client
  sshd:openssh-server ssh-keygen:openssh-client
  rsync:rsync tar:tar gzip:gzip setpriv:util-linux
  radosgw:radosgw radosgw-admin:ceph-common ceph-mon:ceph-mon ceph-osd:ceph-osd monmaptool:ceph-base
)
test_programs=(
  ssh:openssh-client zstd:zstd pigz:pigz busybox:busybox dash:dash
  php:php-cli :php-mysql openssl:openssl setfacl:acl setfattr:attr bsdtar:libarchive-tools
  sudo:sudo shellcheck:shellcheck curl:curl git:git fish:fish zsh:zsh tcsh:tcsh age:age
)
# Only compared with, in places; a release may lack them.
test_extras=(aws:awscli)
bench_programs=(ssh:openssh-client zstd:zstd pigz:pigz)
bench_extras=(aws:awscli rclone:rclone restic:restic)
# A browser, and the fonts of what the summaries show.
picture_programs=(
  chromium:chromium :fonts-liberation :fonts-dejavu-core :fonts-noto-color-emoji
)
