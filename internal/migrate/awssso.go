package migrate

// The files of aws-sso-cli, as its sources at 2641795 (August 2026, after 2.3.2) read and write
// them: https://github.com/synfinatic/aws-sso-cli, internal/config/config.go,
// internal/sso/config/config.go, internal/sso/settings.go, internal/awsconfig/config.go and
// cmd/aws-sso/process_cmd.go.

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// awsSSOSettings are the settings of aws-sso-cli that matter here.
type awsSSOSettings struct {
	SSOConfig                map[string]*awsSSOPortal `yaml:"SSOConfig"`
	DefaultSSO               string                   `yaml:"DefaultSSO"`
	DefaultRegion            string                   `yaml:"DefaultRegion"`
	ConfigProfilesBinaryPath string                   `yaml:"ConfigProfilesBinaryPath"`

	portals map[string]*Portal
	names   []string // of the portals, in the order of the file
	lines   map[string]int
}

type awsSSOPortal struct {
	SSORegion     string                    `yaml:"SSORegion"`
	StartURL      string                    `yaml:"StartUrl"`
	DefaultRegion string                    `yaml:"DefaultRegion"`
	Accounts      map[string]*awsSSOAccount `yaml:"Accounts"`
}

type awsSSOAccount struct {
	DefaultRegion string                 `yaml:"DefaultRegion"`
	Roles         map[string]*awsSSORole `yaml:"Roles"`
}

type awsSSORole struct {
	Profile        string `yaml:"Profile"`
	DefaultRegion  string `yaml:"DefaultRegion"`
	Via            string `yaml:"Via"`
	ExternalID     string `yaml:"ExternalId"`
	SourceIdentity string `yaml:"SourceIdentity"`
}

// readAWSSSOCLI reads the settings of aws-sso-cli, and the profiles that it wrote to the AWS config.
func readAWSSSOCLI(s *Source, in Input) error {
	named, _ := in.LookupEnv("AWS_SSO_CONFIG")
	path, content, err := s.settingsFile(in, named, filepath.Join(awsSSODir(in), "config.yaml"))
	if err != nil {
		return err
	}
	if content == nil {
		return s.nothing(path)
	}
	settings, err := parseAWSSSO(path, content)
	if err != nil {
		return err
	}
	for _, name := range settings.names {
		s.Portals = append(s.Portals, settings.portals[name])
	}
	known := map[string]bool{} // the aliases of the entries
	add := func(e Entry) {
		s.Entries = append(s.Entries, e)
		known[e.alias] = true
	}
	for _, section := range s.config.profiles {
		if e, ok := settings.profile(section); ok {
			add(e)
		}
	}
	// The roles that only the settings name.
	for _, e := range settings.roles(path) {
		if !known[e.alias] {
			add(e)
		}
	}
	// A role that another role assumes needs a profile for the other role.
	for _, e := range slices.Clone(s.Entries) {
		if e.Assume != nil && !known[e.Assume.Source] {
			known[e.Assume.Source] = true
			via := e.Assume.via
			s.Entries = append(s.Entries, Entry{Name: via.AccountID + ":" + via.Name, Place: e.Place, Role: via, Region: e.Region})
		}
	}
	for _, e := range s.Entries { // "aws-sso setup profiles" writes these names
		s.reserved = append(s.reserved, e.Name)
	}
	s.Notes = append(s.Notes, "to get a profile for each of your roles, run after the sign-in: lanyard profiles sync")
	return nil
}

// awsSSODir returns the folder of aws-sso-cli. If the old folder ~/.aws-sso exists, aws-sso-cli
// uses it.
func awsSSODir(in Input) string {
	old := filepath.Join(in.Home, ".aws-sso")
	if info, err := os.Stat(old); err == nil && info.IsDir() {
		return old
	}
	if xdg, _ := in.LookupEnv("XDG_CONFIG_HOME"); xdg != "" {
		return filepath.Join(xdg, "aws-sso")
	}
	return filepath.Join(in.Home, ".config", "aws-sso")
}

var yamlLine = regexp.MustCompile(`^yaml: (?:unmarshal errors:\n\s+)?line (\d+): (.*)`)

// parseAWSSSO parses the settings of aws-sso-cli. An error is an *[Error].
func parseAWSSSO(path string, content []byte) (*awsSSOSettings, error) {
	s := &awsSSOSettings{portals: map[string]*Portal{}, lines: map[string]int{}}
	var root yaml.Node
	err := yaml.Unmarshal(content, &root)
	if err == nil {
		err = root.Decode(s)
	}
	if err != nil {
		text := path + ": " + err.Error()
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			text = path + ": line " + m[1] + ": " + m[2]
			if strings.HasPrefix(m[2], "cannot unmarshal") { // the rest quotes the value, which may be a secret
				text = path + ": line " + m[1] + ": the value has another type than aws-sso-cli writes"
			}
		}
		return nil, &Error{Msg: text, Hint: "correct the file: aws-sso-cli reads it as YAML", err: err}
	}
	s.positions(&root, "", 0)
	for name, p := range s.SSOConfig {
		if p == nil {
			p = &awsSSOPortal{}
			s.SSOConfig[name] = p
		}
		s.names = append(s.names, name)
		s.portals[name] = &Portal{Name: name, StartURL: p.StartURL, Region: p.SSORegion, Place: at(path, s.lines["/SSOConfig/"+name]), Declared: true}
	}
	slices.SortFunc(s.names, func(a, b string) int {
		return cmp.Or(s.lines["/SSOConfig/"+a]-s.lines["/SSOConfig/"+b], strings.Compare(a, b))
	})
	if len(s.names) == 0 {
		return nil, &Error{Msg: path + ": SSOConfig names no Identity Center", Hint: "check that aws-sso-cli uses this file, or add: --file FILE"}
	}
	return s, nil
}

// positions notes the lines of the keys of a mapping, by their paths. The longest path that matters
// is /SSOConfig/NAME/Accounts/ID/Roles/ROLE.
func (s *awsSSOSettings) positions(n *yaml.Node, path string, depth int) {
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	if n.Kind != yaml.MappingNode || depth == 6 {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := path + "/" + n.Content[i].Value
		s.lines[key] = n.Content[i].Line
		s.positions(n.Content[i+1], key, depth+1)
	}
}

// profile returns the entry for a profile of the AWS config. ok is false if aws-sso-cli has nothing
// to do with the profile.
func (s *awsSSOSettings) profile(section *awsconfig.Section) (e Entry, ok bool) {
	list := words(value(section, "credential_process"))
	if !slices.Contains(list, "process") || program(list) != "aws-sso" && (s.ConfigProfilesBinaryPath == "" || list[0] != s.ConfigProfilesBinaryPath) {
		return e, false
	}
	e = Entry{Name: section.Name, Place: at(section.Path, section.Line), Region: value(section, "region"), Settings: others(section, nil)}
	f, _ := flags(list[1:], map[string]string{
		"-S": "sso", "--sso": "sso", "-a": "arn", "--arn": "arn", "-A": "account", "--account": "account", "-R": "role", "--role": "role",
		"-p": "profile", "--profile": "profile", "-u": "ignored", "--url-action": "ignored", "--config": "file",
	})
	account, role := padAccount(f["account"]), f["role"]
	if f["arn"] != "" {
		account, role = profile.ARNParts(f["arn"])
	}
	name := f["sso"]
	if name == "" && len(s.names) == 1 {
		name = s.names[0]
	} else if name == "" {
		name = s.DefaultSSO
	}
	portal := s.portals[name]
	switch {
	case native(section):
		e.Kept = "lanyard uses its SSO settings"
	case account == "" || role == "" || f["file"] != "":
		e.Kept = "its command line names no role by account and name; lanyard runs aws-sso to get credentials"
	case portal == nil:
		e.Impossible = fmt.Sprintf("SSOConfig has no %s", strconv.Quote(name))
	default:
		s.role(&e, portal, account, role)
	}
	return e, true
}

// padAccount returns an account id with its leading zeros.
func padAccount(id string) string {
	if id == "" || len(id) >= 12 {
		return id
	}
	return strings.Repeat("0", 12-len(id)) + id
}

// role sets the role of an entry: a role of Identity Center, or a role that another role assumes.
func (s *awsSSOSettings) role(e *Entry, portal *Portal, account, name string) {
	e.Role = &Role{portal, account, name}
	e.alias = e.Role.key()
	r := s.find(portal.Name, account, name)
	if r == nil || r.Via == "" {
		return
	}
	viaAccount, viaRole := profile.ARNParts(r.Via)
	source := &Role{portal, viaAccount, viaRole}
	e.Role = nil
	e.Assume = &Assume{
		ARN: "arn:" + partition(portal.Region) + ":iam::" + account + ":role/" + name, ExternalID: r.ExternalID, SourceIdentity: r.SourceIdentity,
		Source: source.key(), via: source, from: viaAccount + ":" + viaRole,
	}
}

// partition returns the partition of a region, for the ARN of a role.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}

// find returns the settings of a role, or nil.
func (s *awsSSOSettings) find(portal, account, role string) *awsSSORole {
	accounts := s.SSOConfig[portal].Accounts
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		if a := accounts[id]; a != nil && padAccount(id) == account && a.Roles[role] != nil {
			return a.Roles[role]
		}
	}
	return nil
}

// roles returns the entries for the roles that the settings name, in the order of the file.
func (s *awsSSOSettings) roles(path string) (list []Entry) {
	type place struct {
		line int
		e    Entry
	}
	var places []place
	for _, name := range s.names {
		portal := s.SSOConfig[name]
		for id, account := range portal.Accounts {
			if account == nil {
				continue
			}
			for role, r := range account.Roles {
				if r == nil {
					r = &awsSSORole{}
				}
				line := s.lines["/SSOConfig/"+name+"/Accounts/"+id+"/Roles/"+role]
				e := Entry{Name: r.Profile, Place: at(path, line)}
				if e.Name == "" {
					e.Name = padAccount(id) + ":" + role
				}
				for _, region := range []string{r.DefaultRegion, account.DefaultRegion, portal.DefaultRegion, s.DefaultRegion} {
					if e.Region == "" {
						e.Region = region
					}
				}
				s.role(&e, s.portals[name], padAccount(id), role)
				places = append(places, place{line, e})
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(a.line-b.line, strings.Compare(a.e.alias, b.e.alias)) })
	for _, p := range places {
		list = append(list, p.e)
	}
	return list
}
