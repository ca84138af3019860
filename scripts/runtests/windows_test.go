package main

import (
	"slices"
	"testing"
)

func TestTakeFaults(t *testing.T) {
	fault := []string{"[fork/exec C:\\lanyard.exe: Internal error.]\n"}
	failure := func(test string, output ...string) result { return result{testName{"p", test}, output} }
	s := &summary{failures: []result{
		failure("TestA/fault", fault...), failure("TestA/other fault", fault...), failure("TestA"),
		failure("TestB/fault", fault...), failure("TestB/wrong", "two is not three"), failure("TestB"),
		failure("TestC", fault...), failure("TestD", "wrong"), failure("", "panic"),
	}}
	faults := s.takeFaults()
	if want := []testName{{"p", "TestA/fault"}, {"p", "TestA/other fault"}, {"p", "TestB/fault"}, {"p", "TestC"}}; !slices.Equal(faults, want) {
		t.Errorf("faults %v, want %v", faults, want)
	}
	var left []string
	for _, r := range s.failures {
		left = append(left, r.name.Test)
	}
	if want := []string{"TestB/wrong", "TestB", "TestD", ""}; !slices.Equal(left, want) {
		t.Errorf("the other failures are %q, want %q", left, want)
	}
}
