package migrate

// The files of aws-vault, as its sources read them: https://github.com/ByteNess/aws-vault at baf800b
// (August 2026) and https://github.com/99designs/aws-vault at e22aea1 (7.2.0), vault/config.go,
// cli/global.go, cli/export.go, cli/exec.go and vault/sessionkeyring.go.
//
// lanyard never opens an entry of aws-vault's store. It only reads the names of the files of the
// store of the kind "file".

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

const inVault = "aws-vault keeps its access keys in its own store, and lanyard does not open this store"

// readAWSVault reads the profiles of the AWS config as aws-vault uses them.
func readAWSVault(s *Source, in Input) error {
	v := &vault{Source: s, sections: map[string]*awsconfig.Section{}, keys: map[string]bool{}}
	for _, section := range s.config.profiles {
		v.sections[section.Name] = section
	}
	stored, dir, err := vaultKeys(in)
	if err != nil {
		return err
	}
	for _, name := range stored {
		v.keys[name] = true
	}
	for _, section := range s.config.profiles {
		if e, ok := v.entry(section); ok {
			s.Entries = append(s.Entries, e)
		}
	}
	for _, name := range stored {
		if v.sections[name] == nil {
			s.Entries = append(s.Entries, Entry{Name: name, Place: dir, Impossible: inVault})
		}
	}
	if len(s.Entries) == 0 {
		return s.nothing("")
	}
	if slices.ContainsFunc(s.Entries, func(e Entry) bool { return e.Impossible == inVault }) {
		s.Notes = append(s.Notes,
			"a role of Identity Center needs no access keys; until you have one, let lanyard ask aws-vault for the keys of the profile NAME: "+
				`lanyard configure set credential_process "aws-vault export --format=json NAME" --profile NAME-vault`)
	}
	return nil
}

// vaultKeys returns the names of the access keys in aws-vault's store of the kind "file", and the
// folder of the store. It opens no file.
func vaultKeys(in Input) (names []string, dir string, err error) {
	dir = filepath.Join(in.Home, ".awsvault", "keys")
	if named, _ := in.LookupEnv("AWS_VAULT_FILE_DIR"); named != "" {
		dir = userpath.ExpandUser(named, in.LookupEnv)
	}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) { // Windows also says this about a file that is not a folder
		if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
			return nil, dir, nil
		}
	}
	if err != nil {
		return nil, dir, &Error{Msg: dir + ": the folder of aws-vault cannot be read: " + err.Error(), err: err}
	}
	for _, f := range files {
		name, err := url.PathUnescape(f.Name())
		// The store also has temporary credentials and tokens of Identity Center.
		if err != nil || strings.HasPrefix(name, "oidc:") || strings.HasPrefix(name, "session:") || strings.HasPrefix(name, "session,") ||
			strings.Count(name, ",") == 3 || strings.HasPrefix(name, ".") || f.IsDir() {
			continue
		}
		names = append(names, name)
	}
	return names, dir, nil
}

// A vault looks at the profiles of the AWS config like aws-vault.
type vault struct {
	*Source
	sections map[string]*awsconfig.Section
	keys     map[string]bool // the names in the store
}

// get returns a setting of a profile. The profile inherits the setting from its include_profile, or
// from [default] if it has no include_profile and defaults is set.
func (v *vault) get(name, key string, defaults bool) string {
	for visited := []string{}; ; {
		section := v.sections[name]
		if text := value(section, key); text != "" {
			return text
		}
		visited = append(visited, name)
		next := value(section, "include_profile")
		if next == "" && defaults && name != "default" {
			next = "default"
		}
		if next == "" || slices.Contains(visited, next) {
			return ""
		}
		name = next
	}
}

// role returns the role of Identity Center of a profile. complete is false if a setting is missing.
func (v *vault) role(name string, defaults bool) (startURL, region, account, role string, complete bool) {
	get := func(key string) string { return v.get(name, key, defaults) }
	startURL, region, account, role = get("sso_start_url"), get("sso_region"), get("sso_account_id"), get("sso_role_name")
	if session := v.config.session(get("sso_session")); session != nil {
		startURL, region = value(session, "sso_start_url"), value(session, "sso_region")
	}
	return startURL, region, account, role, startURL != "" && region != "" && account != "" && role != ""
}

// entry returns the entry of a profile. ok is false for a [default] that only has settings for the
// other profiles.
func (v *vault) entry(section *awsconfig.Section) (e Entry, ok bool) {
	name := section.Name
	e = Entry{Name: name, Place: at(section.Path, section.Line), Region: v.get(name, "region", true)}
	if target := vaultTarget(value(section, "credential_process")); target != "" {
		url, region, account, role, complete := v.role(target, true)
		if !complete || v.get(target, "role_arn", false) != "" || native(section) {
			e.Kept = "lanyard runs aws-vault to get the credentials of the profile " + target
			if native(section) {
				e.Kept = "lanyard uses its SSO settings"
			}
			return e, true
		}
		if e.Region = v.get(name, "region", false); e.Region == "" {
			e.Region = v.get(target, "region", true)
		}
		e.Role = &Role{v.portal(url, region, e.Place), account, role}
		e.Settings = others(section, nil)
		return e, true
	}
	switch kind, owner := v.kind(name, nil); {
	case kind == usable:
		e.Kept = "lanyard uses its SSO settings"
		if _, _, _, _, complete := v.role(name, false); !complete || v.get(name, "role_arn", false) != "" {
			e.Kept = "lanyard uses its settings"
		}
	case kind == needsDefault:
		url, region, account, role, _ := v.role(name, true)
		e.Role = &Role{v.portal(url, region, e.Place), account, role}
		e.Settings = others(section, nil)
	case name == "default" && !v.keys[name]:
		return e, false
	case owner == name:
		e.Impossible = inVault
	default:
		e.Impossible = "only aws-vault has the access keys of the profile " + owner + ", which assume its role"
	}
	if own := v.get(name, "region", false); own == "" && e.Region != "" && e.Kept != "" {
		e.Kept += "; aws-vault takes the region from [default], lanyard does not: lanyard configure set region " + shell.POSIX.Word(e.Region) + " --profile " + shell.POSIX.Word(name)
	}
	return e, true
}

// A vaultKind says who can get the credentials of a profile.
type vaultKind int

const (
	usable       vaultKind = iota // lanyard
	needsDefault                  // only aws-vault, because some SSO settings are in [default]
	needsKeys                     // only aws-vault, because its store has the keys
)

// kind returns the kind of a profile. For needsKeys, owner is the name of the profile of the keys.
func (v *vault) kind(name string, visited []string) (kind vaultKind, owner string) {
	get := func(key string) string { return v.get(name, key, false) }
	if get("role_arn") != "" {
		source := get("source_profile")
		switch {
		case get("credential_source") != "" || get("web_identity_token_file") != "" || get("web_identity_token_process") != "":
			return usable, ""
		case source == "" || source == name || slices.Contains(visited, source):
			if v.config.withKeys[name] && source != "" {
				return usable, ""
			}
			return needsKeys, name
		}
		if kind, owner = v.kind(source, append(visited, name)); kind == needsDefault {
			return needsKeys, source
		}
		return kind, owner
	}
	_, _, _, _, complete := v.role(name, false)
	_, _, _, _, inherited := v.role(name, true)
	_, static := v.sections[name].Get("aws_access_key_id")
	switch {
	case complete, v.config.withKeys[name], static, get("credential_process") != "", get("login_session") != "":
		return usable, ""
	case inherited && name != "default":
		return needsDefault, ""
	}
	return needsKeys, name
}

// vaultTarget returns the profile whose credentials a command line of aws-vault prints, or "".
func vaultTarget(line string) string {
	list := words(line)
	if program(list) != "aws-vault" {
		return ""
	}
	takes := map[string]string{}
	for _, name := range []string{
		"-d", "--duration", "--region", "-t", "--mfa-token", "--format", "--backend", "--prompt", "--keychain", "--file-dir",
		"--secret-service-collection", "--pass-dir", "--pass-cmd", "--pass-prefix",
	} {
		takes[name] = name
	}
	f, rest := flags(list[1:], takes)
	if len(rest) != 2 || rest[0] != "exec" && rest[0] != "export" ||
		rest[0] == "export" && f["--format"] != "json" || rest[0] == "exec" && !slices.Contains(list, "--json") && !slices.Contains(list, "-j") {
		return ""
	}
	return rest[1]
}
