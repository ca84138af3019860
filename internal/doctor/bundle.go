package doctor

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Bundle returns a report for a ticket: the results, the outline of the config, and the names of
// variables. It has no secret. Names of profiles, sessions, roles, users and hosts, and account ids,
// are replaced: see [redactor].
func Bundle(p *Patient, results []Result) string {
	r := newRedactor(p)
	var b strings.Builder
	b.WriteString("lanyard doctor report\n")
	b.WriteString("Names, account ids, hosts and folders are replaced: profile-1 is the same profile\n")
	b.WriteString("everywhere. Please read the report before you send it.\n\n")
	fmt.Fprintf(&b, "program   %s\n", programVersion())
	fmt.Fprintf(&b, "system    %s/%s\n", runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "time      %s\n\n", ssocache.FormatTime(p.W.App.Now()))
	b.WriteString("CHECKS\n")
	for _, res := range results {
		for _, f := range res.Findings {
			fmt.Fprintf(&b, "  %-11s %s: %s\n", f.Verdict, res.Check.Name, r.text(f.Text))
			for line := range strings.Lines(f.Fix) {
				fmt.Fprintf(&b, "  %-11s fix: %s\n", "", r.text(strings.TrimSuffix(line, "\n")))
			}
		}
	}
	b.WriteString("\nCONFIG\n")
	for _, doc := range []*awsconfig.Doc{p.W.In.Config, p.W.In.Credentials} {
		r.outline(&b, doc)
	}
	b.WriteString("\nVARIABLES\n")
	for _, line := range p.variablesForTicket(r) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String()
}

// programVersion returns the version and the commit that the Go toolchain recorded.
func programVersion() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "unknown"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " commit " + s.Value
		}
	}
	return text + " " + info.GoVersion
}

// plainKeys lists the settings whose values a report shows, because the values contain no names.
func plainKeys() []string {
	return []string{
		"region", "output", "sso_region", "sso_registration_scopes", "sso_auto_refresh", "sso_refresh_window", "sso_session_duration",
		"sso_callback_port", "auto_login", "duration_seconds", "credential_source", "max_attempts", "retry_mode", "request_min_compression_size_bytes", "disable_request_compression", "use_fips_endpoint",
		"use_dualstack_endpoint", "cli_error_format", "sts_regional_endpoints", "defaults_mode",
	}
}

// outline writes the sections of a file: their headers and the names of their settings.
func (r *redactor) outline(b *strings.Builder, doc *awsconfig.Doc) {
	fmt.Fprintf(b, "  %s\n", r.text(doc.Path))
	sections, problems, err := doc.All()
	for _, mistake := range problems {
		fmt.Fprintf(b, "    mistake: %s\n", r.text(mistake.String()))
	}
	if err != nil {
		fmt.Fprintf(b, "    error: %s\n", r.text(err.Error()))
	}
	const most = 200
	for i, s := range sections {
		if i == most {
			fmt.Fprintf(b, "    and %d more sections\n", len(sections)-most)
			return
		}
		fmt.Fprintf(b, "    [%s %s]\n", s.Kind, r.text(s.Name))
		for _, v := range s.Settings {
			fmt.Fprintf(b, "      %s = %s\n", r.text(v.Key), r.setting(v))
		}
	}
}

// setting returns the value of a setting for a report.
func (r *redactor) setting(v awsconfig.Setting) string {
	switch {
	case v.Nested != nil:
		return "(nested)"
	case slices.Contains(plainKeys(), v.Key):
		return r.text(v.Value)
	case v.Key == "sso_start_url", v.Key == "sso_session", v.Key == "source_profile", v.Key == "sso_account_id", v.Key == "sso_role_name", v.Key == "role_arn":
		return r.known(v.Value)
	case v.Key == "credential_process":
		return r.name("program", programOf(v.Value)) + " …"
	}
	return "…"
}

// variablesForTicket returns the variables that concern the program. It shows the values of a few.
func (p *Patient) variablesForTicket(r *redactor) (lines []string) {
	plain := []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DEFAULT_OUTPUT", "TERM", "LANG"}
	for _, entry := range p.W.App.Env.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		upper := strings.ToUpper(name)
		concerns := strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "LANYARD_") || strings.HasSuffix(upper, "_PROXY") || strings.HasPrefix(name, "SSL_CERT_") ||
			slices.Contains([]string{"BROWSER", "TERM", "LANG", "SSH_CONNECTION", "WSL_DISTRO_NAME", "DISPLAY", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}, name)
		switch {
		case !concerns:
		case value == "":
			lines = append(lines, name+" is empty")
		case slices.Contains(plain, name):
			lines = append(lines, name+" = "+r.text(value))
		case name == "AWS_PROFILE" || name == "AWS_DEFAULT_PROFILE" || name == "LANYARD_PROFILE":
			lines = append(lines, name+" = "+r.name("profile", value))
		default:
			lines = append(lines, name+" is set")
		}
	}
	slices.Sort(lines)
	return lines
}
