//go:build !linux && !darwin

package peer

import "net"

func of(net.Conn) (Process, error) { return Process{}, ErrUnsupported }

// Find returns 0 and "": the process is unknown on this system.
func (p Process) Find() (pid int, name string) { return 0, "" }
