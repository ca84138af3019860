// Package leaktest runs every command of the real program with each store. Then it searches
// for the tokens, keys and codes of that run. They must not be in output and logs, in
// arguments and environments of processes, or in files.
//
// A proxy between the program and the emulator records which values are secret. The package
// has only tests.
package leaktest
