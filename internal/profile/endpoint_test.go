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
