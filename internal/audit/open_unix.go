//go:build unix

package audit

import "syscall"

// noFollow makes opening fail if another user has put a link in the place of the file, and not
// wait if it is a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
