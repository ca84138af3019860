//go:build unix

package browser

import (
	"bytes"
	"crypto/sha256"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// choiceHome makes a home folder with programs and with the profiles of Chrome. It returns the
// environment and the path of Chrome's Local State.
func choiceHome(t *testing.T) (env []string, localState string) {
	t.Helper()
	if runtime.GOOS == "darwin" {
		t.Skip("macOS has other folders for profiles, and may have all browsers")
	}
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	dir := filepath.Join(home, ".config", "google-chrome")
	for _, d := range []string{bin, dir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"google-chrome", "chromium", "brave-browser", "firefox", "open-it"} {
		script(t, bin, name, `printf '%s\n' "$@" > `+home+`/args`)
	}
	localState = filepath.Join(dir, "Local State")
	state := `{"profile": {"info_cache": {
		"Default": {"name": "Person 1"}, "Profile 1": {"name": "Work & Co"}, "Profile 2": {"name": "Twice"},
		"Profile 3": {"name": "Twice"}, "Profile 4": {"name": "Profile 1"}, "Profile 5": {"name": "Büro 中"}}}}`
	if err := os.WriteFile(localState, []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"HOME=" + home, "PATH=" + bin}, localState
}

const page = "http://127.0.0.1:1/console/abc?a=1&b=2"

func TestChoiceArguments(t *testing.T) {
	env, localState := choiceHome(t)
	before, err := os.ReadFile(localState)
	if err != nil {
		t.Fatal(err)
	}
	names := Names{Account: "111122223333", AccountName: "A+B & C#1 %41 ü 中", Role: "Admin", Profile: "my prod"}
	const encoded = "A%2BB%20%26%20C%231%20%2541%20%C3%BC%20%E4%B8%AD"
	const encodedPage = "http%3A%2F%2F127.0.0.1%3A1%2Fconsole%2Fabc%3Fa%3D1%26b%3D2"
	tests := []struct {
		choice string
		want   string // the program and its arguments, with | between them; an error begins with "error: "
	}{
		{"chrome", "google-chrome|" + page},
		{"Chrome:Work & Co", "google-chrome|--profile-directory=Profile 1|" + page},
		{"chrome:Person 1", "google-chrome|--profile-directory=Default|" + page},
		{"chrome:Büro 中", "google-chrome|--profile-directory=Profile 5|" + page},
		{"chrome:Profile 1", "google-chrome|--profile-directory=Profile 4|" + page}, // the shown name comes first
		{"chrome:Profile 2", "google-chrome|--profile-directory=Profile 2|" + page},
		{"chrome:Twice", `error: 2 profiles of chrome have the name "Twice": use one of the folders Profile 2, Profile 3`},
		{"chrome:{account}", "google-chrome|--profile-directory=111122223333|" + page},
		{"chrome:../{account}", `error: "../111122223333" cannot be the folder of a profile`},
		{"chrome:..", `error: ".." cannot be the folder of a profile`},
		{"chromium:{profile}", "chromium|--profile-directory=my prod|" + page},
		{"brave:{account_name}", "brave-browser|--profile-directory=A+B & C#1 %41 ü 中|" + page},
		{"edge", "error: this browser is not installed, or not in one of its usual places"},
		{"firefox", "firefox|" + page},
		{"firefox:{role}", "firefox|-P|Admin|" + page},
		{"firefox:-x", `error: "-x" cannot be the name of a profile`},
		{"firefox-container:{account_name}", "firefox|ext+container:name=" + encoded + "&url=" + encodedPage + "&color=red&icon=fingerprint"},
		{"firefox-granted:{account_name}/{role}", "firefox|ext+granted-containers:name=" + encoded + "%2FAdmin&url=" + encodedPage + "&color=red&icon=fingerprint"},
		{"open-it", "open-it|" + page},
		{"open-it --new %s --user-data-dir=/x/{account_name}", "open-it|--new|" + page + "|--user-data-dir=/x/A+B & C#1 %41 ü 中"},
		{"open-it '{profile} %s'", "error: a shell would interpret the URL"},
		{"sh -c 'open %s'", "error: not found on PATH"},
		{"no-such-program", "error: not found on PATH"},
	}
	for _, tt := range tests {
		c, err := ParseChoice(tt.choice)
		if err != nil {
			t.Errorf("ParseChoice(%q): %v", tt.choice, err)
			continue
		}
		cmd, err := c.command(page, names, env)
		got := ""
		if err != nil {
			got = "error: " + reason(err)
		} else {
			got = strings.Join(append([]string{filepath.Base(cmd.path)}, cmd.args[1:]...), "|")
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.choice, got, tt.want)
		}
	}
	if after, err := os.ReadFile(localState); err != nil || sha256.Sum256(after) != sha256.Sum256(before) {
		t.Errorf("Local State has changed (%v)", err)
	}
}

// A name cannot add a parameter to the URI of a container, and the add-on gets the same name.
func TestContainerURIKeepsNames(t *testing.T) {
	for _, name := range []string{"a&url=https://evil.example/", "50% + #1?", "ü 中 ;=", `"'<>\`} {
		uri := containerURI(containerFamily, name, page, Names{})
		q, err := url.ParseQuery(strings.TrimPrefix(uri, "ext+container:"))
		if err != nil || q.Get("name") != name || q.Get("url") != page || len(q["url"]) != 1 || len(q) != 4 {
			t.Errorf("%s: %v, %v", uri, q, err)
		}
	}
}

func TestContainerLooks(t *testing.T) {
	tests := []struct {
		names        Names
		colour, icon string
	}{
		{Names{Profile: "dev", Role: "ReadOnly"}, "green", "circle"},
		{Names{Profile: "acme-PROD", Role: "AdministratorAccess"}, "red", "fingerprint"},
		{Names{Profile: "acme", AccountName: "Production", Role: "Billing"}, "red", "dollar"},
		{Names{Profile: "acme-nonprod"}, "yellow", "briefcase"},
		{Names{Profile: "acme", AccountName: "Pre-Prod", Role: "ViewOnlyAccess"}, "yellow", "circle"},
		{Names{Profile: "x"}, "blue", "briefcase"},
	}
	colours := strings.Fields("blue turquoise green yellow orange red pink purple")
	icons := strings.Fields("fingerprint briefcase dollar cart circle gift vacation food fruit pet tree chill fence")
	for _, tt := range tests {
		colour, icon := tt.names.look()
		if colour != tt.colour || icon != tt.icon || !slices.Contains(colours, colour) || !slices.Contains(icons, icon) {
			t.Errorf("%+v: %s %s, want %s %s", tt.names, colour, icon, tt.colour, tt.icon)
		}
	}
}

func TestParseChoiceErrors(t *testing.T) {
	for text, want := range map[string]string{
		"chrome:":            "a name is missing: write chrome:NAME",
		"firefox-container":  "a name is missing: write firefox-container:NAME",
		"firefox:  ":         "a name is missing: write firefox:NAME",
		"chrome:{user}":      "{user} is not a template: use {account}, {account_name}, {role} or {profile}",
		"open-it --x={}":     "",
		"/opt/my:browser %s": "",
		" ":                  "",
	} {
		_, err := ParseChoice(text)
		if got := ""; err != nil && err.Error() != want || err == nil && want != got {
			t.Errorf("ParseChoice(%q): %v, want %q", text, err, want)
		}
	}
}

func TestUnknownValueOfATemplate(t *testing.T) {
	env, _ := choiceHome(t)
	c, err := ParseChoice("chrome:{account}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.command(page, Names{Profile: "x"}, env); err == nil || err.Error() != "the value of {account} is not known for this profile" {
		t.Errorf("error %v", err)
	}
	c, err = ParseChoice("open-it {profile}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.command(page, Names{Profile: "--evil"}, env); err == nil || !strings.Contains(err.Error(), "--evil begins with a dash") {
		t.Errorf("error %v", err)
	}
}

func TestOpenChoiceStartsTheBrowser(t *testing.T) {
	env, _ := choiceHome(t)
	c, err := ParseChoice("chrome:Work & Co")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := OpenChoice(t.Context(), c, page, Names{}, append(env, "PATH="+lookup(env, "PATH")+":/usr/bin:/bin"), &out); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(lookup(env, "HOME"), "args")); string(got) != "--profile-directory=Profile 1\n"+page+"\n" {
		t.Errorf("arguments %q", got)
	}
}
