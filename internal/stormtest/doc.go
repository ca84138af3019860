// Package stormtest starts the real program as many processes against the emulator and
// checks their common effect: how often they called the service, how each process ended,
// and what they left on the disk.
//
// The function scenes lists the storms. The function writers lists the commands that are
// killed before each of their writes. make test runs a part of both and logs what it
// leaves to make storm.
//
// Everything here is a test. No test depends on elapsed time, because machines differ;
// times are only logged.
package stormtest
