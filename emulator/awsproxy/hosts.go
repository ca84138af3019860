package awsproxy

import "github.com/lanyard-cli/lanyard/emulator/internal/awshost"

// Serves reports whether the emulator has the service that the host belongs to, by
// AWS's name for it in some region.
func Serves(host string) bool { return awshost.Served(host) }
