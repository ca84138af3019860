// Package leaktest runs every command of the real program with each store, and searches
// for that run's tokens, keys and codes where they must not be: in output and logs, in
// the arguments and environments of processes, and in files.
//
// A proxy between the program and the emulator records which values are secret.
// Everything here is a test.
package leaktest
