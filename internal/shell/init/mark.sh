command rm -f -- @DIR@/rc; command rmdir -- @DIR@
if [ -n @ENV@ ]; then ENV=@ENV@; else unset ENV; fi
if [ -r "${ENV-}" ]; then . "$ENV"; fi
PS1='${LANYARD_SHELL:+($LANYARD_SHELL) }'"$PS1"
