package profile

import (
	"strings"
	"testing"
)

func TestEndpoint(t *testing.T) {
	const config = "[profile x]\nservices=local\nendpoint_url=profile\n" +
		"[services local]\nsso =\n  endpoint_url = section\nsts = nonsense\n" +
		"[profile plain]\nendpoint_url=profile\n[profile none]\n" +
		"[profile off]\nendpoint_url=profile\nignore_configured_endpoint_urls=true # for now\n" +
		"[services empty]\n[profile lost]\nservices=empty\n"
	const lost = `The profile is configured to use the services section but the "empty" services configuration does not exist.`
	tests := []struct{ name, words, service, want, err string }{
		{"the variable of the service", "--profile=x AWS_ENDPOINT_URL_SSO_OIDC=own AWS_ENDPOINT_URL=all", "SSO_OIDC", "own", ""},
		{"is of no other service", "--profile=x AWS_ENDPOINT_URL_SSO_OIDC=own AWS_ENDPOINT_URL=all", "SSO", "all", ""},
		{"the services section", "--profile=x", "SSO", "section", ""},
		{"without the service in it", "--profile=x", "SSO_OIDC", "profile", ""},
		{"with a plain value in it", "--profile=x", "STS", "profile", ""},
		{"the profile", "--profile=plain", "S3", "profile", ""},
		{"an empty variable does not count", "--profile=plain AWS_ENDPOINT_URL= AWS_ENDPOINT_URL_S3=", "S3", "profile", ""},
		{"nothing", "--profile=none", "EC2", "", ""},
		{"all switched off", "--profile=x AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True AWS_ENDPOINT_URL=all", "SSO", "", ""},
		{"switched off by the profile", "--profile=off AWS_ENDPOINT_URL=all", "SSO", "", ""},
		{"and on again by the variable", "--profile=off AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=", "SSO", "profile", ""},
		{"a services section without settings", "--profile=lost", "SSO", "", lost},
		{"which a variable hides", "--profile=lost AWS_ENDPOINT_URL=all", "SSO", "all", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := Resolve(with(config, "", strings.Fields(tt.words)...))
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Endpoint(tt.service)
			if tt.err != "" {
				wantError(t, err, 255, tt.err, "")
			} else if err != nil || got != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestEndpointFlag(t *testing.T) {
	in := with("", "")
	in.EndpointURL = "http://127.0.0.1:8000"
	p, _, err := Resolve(in)
	if err != nil || p.EndpointURL != in.EndpointURL {
		t.Errorf("%+v, %v", p, err)
	}
	if got, err := p.Endpoint("SSO"); got != "" || err != nil {
		t.Errorf("%q, %v; the flag is for the named operation alone", got, err)
	}
	in.EndpointURL = "localhost:8000"
	_, _, err = Resolve(in)
	wantError(t, err, 252, "Bad value for --endpoint-url \"localhost:8000\": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", "")
}

func TestEnvKeys(t *testing.T) {
	for words, want := range map[string]bool{
		"AWS_ACCESS_KEY_ID=A": true, "AWS_ACCESS_KEY_ID=A AWS_PROFILE=x": true,
		"AWS_ACCESS_KEY_ID=A --profile=x": false, "AWS_ACCESS_KEY_ID=": false,
	} {
		p, _, err := Resolve(with("[profile x]", "", strings.Fields(words)...))
		if err != nil || p.EnvKeys != want {
			t.Errorf("%s: %+v, %v", words, p, err)
		}
	}
}
