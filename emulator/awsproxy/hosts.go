package awsproxy

import "github.com/lanyard-cli/lanyard/emulator/internal/awshost"

// Serves reports whether host is AWS's host name, in any region, of a service that the
// emulator has.
func Serves(host string) bool { return awshost.Served(host) }
