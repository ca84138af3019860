package emulatorcmd

import "testing"

func TestAtEmulator(t *testing.T) {
	const base = "http://127.0.0.1:8080"
	for _, tt := range []struct {
		page, at   string
		isEmulator bool
	}{
		{"http://127.0.0.1:8080/authorize?a=b%20c", "http://127.0.0.1:8080/authorize?a=b%20c", true},
		{"https://oidc.eu-west-1.amazonaws.com/authorize?a=b%20c", "http://127.0.0.1:8080/authorize?a=b%20c", true},
		{"https://d-1234567890.awsapps.com:443/start", "http://127.0.0.1:8080/start", true},
		{"https://oidc.eu-west-1.amazonaws.com:8443/", "https://oidc.eu-west-1.amazonaws.com:8443/", false},
		{"http://oidc.eu-west-1.amazonaws.com/", "http://oidc.eu-west-1.amazonaws.com/", false},
		{"https://someone@oidc.eu-west-1.amazonaws.com/", "https://someone@oidc.eu-west-1.amazonaws.com/", false},
		{"http://127.0.0.1:9090/", "http://127.0.0.1:9090/", false},
		{"https://docs.example.com/", "https://docs.example.com/", false},
		{"http://[", "http://[", false},
	} {
		if at, isEmulator := atEmulator(tt.page, base); at != tt.at || isEmulator != tt.isEmulator {
			t.Errorf("atEmulator(%s) = %s, %v; want %s, %v", tt.page, at, isEmulator, tt.at, tt.isEmulator)
		}
	}
}
