package emulatorcmd

import "testing"

func TestIsHere(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1:80": true, "localhost:8080": true, "LOCALHOST": true, "[::1]:1": true, "demo.localhost:1": true, "127.8.9.1": true,
		"evil.example:80": false, "": false, "localhost.evil.example": false, "10.0.0.1:80": false, "127.0.0.1.evil.example": false,
	} {
		if got := isHere(host); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}
