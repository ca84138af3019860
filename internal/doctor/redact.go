package doctor

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A redactor replaces what names the user, the organization and its accounts by placeholders such as
// profile-1. One name always has the same placeholder. It knows the names in the config and in the
// environment. It also replaces each text that looks like an account id, a key, a token, an address of an
// e-mail or a network, or a host that is not one of AWS's services.
type redactor struct {
	home     string
	replaced map[string]string // from a name to its placeholder
	counts   map[string]int    // how many placeholders each kind has
	names    []string          // the names that are replaced in texts, the longest first
}

// newRedactor collects the names of the user's setup.
func newRedactor(p *Patient) *redactor {
	r := &redactor{home: p.W.Home, replaced: map[string]string{}, counts: map[string]int{}}
	for _, doc := range []*awsconfig.Doc{p.W.In.Config, p.W.In.Credentials} {
		sections, _, _ := doc.All() // names in an invalid file are not known, but look like nothing else
		for _, s := range sections {
			r.section(s)
		}
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "LANYARD_PROFILE", "AWS_VAULT"} {
		r.add("profile", p.env(name))
	}
	if p.W.App.Flags.Profile != "" {
		r.add("profile", p.W.App.Flags.Profile)
	}
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		r.add("user", p.env(name))
	}
	if host, err := os.Hostname(); err == nil {
		r.add("machine", host)
	}
	for name := range r.replaced {
		r.names = append(r.names, name)
	}
	slices.SortFunc(r.names, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return r
}

// section adds the names in a section of the config.
func (r *redactor) section(s *awsconfig.Section) {
	switch s.Kind {
	case awsconfig.Profile:
		r.add("profile", s.Name)
	case awsconfig.SSOSession:
		r.add("session", s.Name)
	default:
		r.add("section", s.Name)
	}
	kinds := map[string]string{
		"sso_session": "session", "source_profile": "profile", "include_profile": "profile", "sso_account_id": "account", "sso_role_name": "role",
		"sso_account_name": "account-name", "sso_account_email": "email", "login_session": "login", "role_session_name": "role-session",
		"external_id": "external-id", "mfa_serial": "mfa", "aws_access_key_id": "key", "services": "section",
	}
	for _, v := range s.Settings {
		switch {
		case kinds[v.Key] != "":
			r.add(kinds[v.Key], v.Value)
		case v.Key == "sso_start_url":
			r.add("portal", v.Value)
			r.add("portal-host", profile.StartURLHost(v.Value))
		case v.Key == "role_arn":
			r.add("role", v.Value[strings.LastIndexByte(v.Value, '/')+1:])
		}
	}
}

// add gives a name a placeholder. The words that the program itself uses stay.
func (r *redactor) add(kind, name string) {
	if name != "" && name != "default" && r.replaced[name] == "" {
		r.counts[kind]++
		r.replaced[name] = fmt.Sprintf("%s-%d", kind, r.counts[kind])
	}
}

// name returns the placeholder of a name, and gives it one if necessary.
func (r *redactor) name(kind, name string) string {
	if slices.Contains([]string{"", "default", "lanyard", "aws", "aws-vault", "granted", "aws-sso", "aws-sso-util", "leapp", "saml2aws"}, name) {
		return name
	}
	r.add(kind, name)
	return r.replaced[name]
}

// known returns the placeholder of a value that is a name as a whole.
func (r *redactor) known(value string) string {
	if to := r.replaced[value]; to != "" {
		return to
	}
	return r.text(value)
}

// text replaces all names in a text.
func (r *redactor) text(s string) string {
	if r.home != "" && r.home != string(filepath.Separator) {
		s = strings.ReplaceAll(s, r.home, "~")
	}
	for _, name := range r.names {
		s = replaceWord(s, name, r.replaced[name])
	}
	for _, p := range patterns() {
		s = p.expr.ReplaceAllStringFunc(s, func(found string) string { return p.replace(r, found) })
	}
	return s
}

// replaceWord replaces a name where no letter, digit or underscore is beside it.
func replaceWord(s, name, to string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, name)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(name):])
		b.WriteString(s[:i])
		if partOfWord(before) && partOfWord(first(name)) || partOfWord(after) && partOfWord(last(name)) {
			b.WriteString(name)
		} else {
			b.WriteString(to)
		}
		s = s[i+len(name):]
	}
}

func partOfWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

func last(s string) rune { r, _ := utf8.DecodeLastRuneInString(s); return r }

// A pattern finds what looks like a name or a secret.
type pattern struct {
	expr    *regexp.Regexp
	replace func(r *redactor, found string) string
}

// patterns lists what is replaced in texts, in this order.
func patterns() []pattern {
	return []pattern{
		{regexp.MustCompile(`https?://[^\s"'<>()]+`), (*redactor).url},
		{regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`), func(r *redactor, s string) string { return r.name("email", s) }},
		{regexp.MustCompile(`\bA[A-Z]{3}[A-Z0-9]{12,}\b`), func(*redactor, string) string { return "[key]" }},
		{regexp.MustCompile(`\b\d{12}\b`), func(r *redactor, s string) string { return r.name("account", s) }},
		{regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`), (*redactor).address},
		{regexp.MustCompile(`[A-Za-z0-9+/=_-]{40,}`), mixed},
		{regexp.MustCompile(`(~|\b[A-Za-z]:)?([/\\][\w.+@%$ -]*[\w.+@%$-])+`), (*redactor).path},
		{regexp.MustCompile(`[A-Za-z0-9+/=_-]{40,}`), func(*redactor, string) string { return "[redacted]" }},
	}
}

// mixed replaces a long word with digits and letters of both cases, as keys and tokens have. A path
// seldom has all three.
func mixed(_ *redactor, found string) string {
	if strings.ContainsAny(found, "0123456789") && strings.ToLower(found) != found && strings.ToUpper(found) != found {
		return "[redacted]"
	}
	return found
}

// address replaces an address of a network, except those of this machine and of AWS's servers for
// credentials.
func (r *redactor) address(found string) string {
	if ip := net.ParseIP(found); ip == nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return found
	}
	return r.name("address", found)
}

// url keeps only the host of a URL, if it belongs to a service of AWS or is this machine.
func (r *redactor) url(found string) string {
	scheme, rest, _ := strings.Cut(found, "://")
	host := profile.StartURLHost(found)
	end := ""
	if trimmed := strings.TrimRight(rest, ",.;:"); trimmed != rest {
		end = rest[len(trimmed):]
	}
	oidc, portal := idcenter.AtOwnEndpoint(scheme + "://" + host)
	publicHosts := []string{"docs.aws.amazon.com", "github.com", "no-color.org"}
	switch {
	case oidc, portal, slices.Contains(publicHosts, host):
		return found
	case loopback.Host(host):
		return scheme + "://" + host + "/…" + end
	}
	return scheme + "://" + r.name("host", host) + end
}

// path keeps the folders of the system and those that every user has. Other folders become "…".
func (r *redactor) path(found string) string {
	for _, prefix := range []string{
		"~/.aws", "~/.config/lanyard", "~/.local", "~/.bashrc", "~/.zshrc", "~/.profile", "/usr/", "/opt/", "/bin/", "/sbin/", "/etc/", "/proc/", "/run/", "/dev/", "/snap/", "/nix/", "/home/linuxbrew/",
		"/Applications/", "/Library/", `C:\Program Files`, `C:\Windows`,
	} {
		if strings.HasPrefix(found, prefix) {
			return found
		}
	}
	if strings.Count(found, "/")+strings.Count(found, `\`) < 2 {
		return found // "111/222" or "yes/no"; a single folder below ~ or /
	}
	root := "/"
	if strings.HasPrefix(found, "~") {
		root = "~/"
	}
	return root + "…" + found[strings.LastIndexAny(found, `/\`):]
}
