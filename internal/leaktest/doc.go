// Package leaktest runs the real program through everything that it does, with
// each store, and looks for the tokens, keys and codes of that run wherever they
// must not be: in what was printed and logged, in the arguments and environments of
// processes, and in files.
//
// It learns what is secret on the wire, between the program and the emulator, and
// not from either of them. Everything here is a test.
package leaktest
