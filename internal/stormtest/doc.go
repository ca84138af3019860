// Package stormtest runs the real program as many real processes against the
// emulator and checks what they did together: how often the service was called,
// how each process ended, and what they left on the disk.
//
// The function scenes lists the storms, writers the commands that are killed before
// each of their writes. make test plays a part of both and says what it leaves to
// make storm.
//
// Everything here is a test. None of them judges by the clock, because machines
// differ; the times are logged beside what they are made of.
package stormtest
