package awsproxy

import "github.com/lanyard-cli/lanyard/emulator/internal/awshost"

// Serves reports whether host is AWS's host name of a service that the emulator has, in any
// region.
func Serves(host string) bool { return awshost.Served(host) }
