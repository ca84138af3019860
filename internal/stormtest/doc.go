// Package stormtest starts many processes of the real program against the emulator. It checks
// the number of calls to the service, the result of each process, and the files on the disk.
//
// The function scenes lists the storms. The function writers lists commands. The tests kill
// each command before each of its writes. make test runs a part of both lists, and logs the
// remaining part, which make storm runs.
//
// The package has only tests. No test depends on elapsed time, because machines differ. The
// tests only log times.
package stormtest
