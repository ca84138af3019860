package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/settings"
)

func configChecks() []Check {
	return []Check{
		{
			"config", "config", "the config and the credentials file can be read, also by the AWS CLI; every profile of every kind and every session is complete and consistent",
			checkConfig,
		},
		{"settings", "settings", "Lanyard's own settings file is valid", checkSettings},
		{"config-size", "size of config", "the config has less than 1 MB if the AWS CLI is in use, because the AWS CLI parses the whole file at each start", checkSize},
	}
}

// checkConfig checks both files, and every profile and session in them.
func checkConfig(ctx context.Context, p *Patient) []Finding {
	var found []Finding
	if p.W.NoHome != nil {
		found = append(found, ofError(p.W.NoHome))
	}
	titles := 0
	for _, doc := range []*awsconfig.Doc{p.W.In.Config, p.W.In.Credentials} {
		sections, problems, err := doc.All()
		titles += len(sections)
		for _, mistake := range problems {
			found = append(found, p.mistake(doc, mistake))
		}
		if err != nil {
			found = append(found, ofError(err).fix("correct this line; the AWS CLI rejects the whole file"))
			continue
		}
		for _, title := range doc.Unused() {
			if !strings.Contains(title.Text, " ") { // [plugins] and [preview] are known, see below
				if text, fix := unread(doc, title); text != "" {
					found = append(found, warning("%s", text).fix("%s", fix))
				}
			}
		}
	}
	if len(found) > 0 && titles == 0 {
		return found
	}
	if titles == 0 {
		return append(found, problem("there is no profile in %s", p.tilde(p.W.In.Config.Path)).fix("%s", p.W.App.SetUpHint()))
	}
	found = append(found, p.profiles(ctx)...)
	found = append(found, p.shadowed()...)
	for _, w := range p.W.SessionWarnings() {
		found = appendNew(found, problem("%s", w.Text).fix("%s", w.Hint))
	}
	if len(found) == 0 {
		names, _, _ := profile.Names(p.W.In)
		return []Finding{ok("%d %s and %d %s in %s", len(names), output.Plural(len(names), "profile"),
			len(p.sessions), output.Plural(len(p.sessions), "session"), p.tilde(p.W.In.Config.Path))}
	}
	return found
}

// mistake returns the finding about a mistake for which the AWS CLI rejects the file.
func (p *Patient) mistake(doc *awsconfig.Doc, mistake awsconfig.Problem) Finding {
	f := problem("%s; the AWS CLI rejects the whole file", mistake).fix("%s", mistake.Hint)
	const mark = "\ufeff"
	content, err := datafile.Read(mistake.Path, datafile.ConfigLimit)
	if mistake.Line != 1 || err != nil || !bytes.HasPrefix(content, []byte(mark)) {
		return f
	}
	return f.by("remove the byte order mark from "+p.tilde(mistake.Path), func(ctx context.Context) error {
		_, err := p.W.EditFile(ctx, doc.Credentials, "doctor --fix", func(_ string, old []byte) ([]byte, error) {
			return bytes.TrimPrefix(old, []byte(mark)), nil
		})
		return err
	})
}

// unread describes a section of the config that no program reads, such as [dev] for [profile dev].
func unread(doc *awsconfig.Doc, title awsconfig.Title) (text, fix string) {
	switch title.Text {
	case "plugins", "preview": // sections of the AWS CLI
		return "", ""
	}
	header, err := awsconfig.Header(awsconfig.Profile, title.Text, false)
	if err != nil {
		return "", ""
	}
	return fmt.Sprintf("%s: line %d: no program reads the section [%s]", doc.Path, title.Line, title.Text), "write " + header
}

// profileTime limits the time for the profiles of a large config.
const profileTime = 1500 * time.Millisecond

// profiles resolves each profile and follows its chain.
func (p *Patient) profiles(ctx context.Context) (found []Finding) {
	names, _, err := profile.Names(p.W.In)
	if err != nil {
		return nil // the error of the file has been found
	}
	in := p.W.In
	in.Config, in.Credentials = whole(in.Config), whole(in.Credentials)
	began := time.Now()
	plain := p.plainProfiles()
	for i, name := range names {
		if plain[name] {
			continue
		}
		if ctx.Err() != nil || time.Since(began) > profileTime {
			return append(found, notChecked("checked only the first %d of %d profiles, because the config is large", i, len(names)))
		}
		for _, f := range profileFindings(in, name) {
			found = appendNew(found, f)
		}
	}
	return found
}

// plainProfiles returns the profiles that have only the usual settings of a role in Identity Center, with
// valid values, as profiles sync writes them. To resolve each of 10,000 such profiles takes too long.
func (p *Patient) plainProfiles() map[string]bool {
	usual := []string{"sso_session", "sso_account_id", "sso_role_name", "sso_account_name", "sso_account_email", "region", "output"}
	complete := map[string]bool{}
	for _, u := range p.sessions {
		complete[u.Name] = u.Name != ""
	}
	plain := map[string]bool{}
	sections, _, _ := p.W.In.Config.All() // an error has been found
	for _, s := range sections {
		if s.Kind != awsconfig.Profile {
			continue
		}
		value := func(key string) string { v, _ := s.Get(key); return v.Value }
		_, _, err := profile.CheckRegion(value("region"))
		plain[s.Name] = complete[value("sso_session")] && profile.ValidAccountID(value("sso_account_id")) && value("sso_role_name") != "" && profile.ValidRoleName(value("sso_role_name")) &&
			(value("region") == "" || err == nil) && (value("output") == "" || profile.ValidOutput(value("output"))) &&
			!slices.ContainsFunc(s.Settings, func(v awsconfig.Setting) bool { return !slices.Contains(usual, v.Key) })
	}
	sections, _, _ = p.W.In.Credentials.All()
	for _, s := range sections {
		plain[s.Name] = false // the settings of both files count
	}
	return plain
}

// whole returns the file with all sections in memory, because each look-up of another profile would
// read a large file again.
func whole(doc *awsconfig.Doc) *awsconfig.Doc {
	content, err := datafile.Read(doc.Path, datafile.ConfigLimit)
	if err != nil {
		return doc
	}
	return awsconfig.NewDoc(doc.Path, doc.Credentials, string(content))
}

// profileFindings returns the mistakes in one profile.
func profileFindings(in profile.Inputs, name string) (found []Finding) {
	in.Profile = name
	resolved, warnings, err := profile.Resolve(in)
	if err == nil {
		var more []profile.Warning
		_, more, err = resolved.Chain()
		warnings = append(warnings, more...)
	}
	if err == nil && resolved.Region != "" {
		err = resolved.CheckRegion()
	}
	for _, w := range warnings {
		found = append(found, warning("%s", w.Text).fix("%s", w.Hint))
	}
	if err != nil {
		found = append(found, problem("profile %s: %v", name, err).fix("%s", command.HintOf(err)))
	}
	return found
}

// shadowed finds profiles with SSO settings in the config and keys in the credentials file.
func (p *Patient) shadowed() (found []Finding) {
	config, _, err := p.W.In.Config.All()
	if err != nil {
		return nil
	}
	sso := map[string]bool{}
	for _, s := range config {
		_, session := s.Get("sso_session")
		_, url := s.Get("sso_start_url")
		if s.Kind == awsconfig.Profile && (session || url) {
			sso[s.Name] = true
		}
	}
	credentials, _, err := p.W.In.Credentials.All()
	if err != nil {
		return nil
	}
	for _, s := range credentials {
		if key, has := s.Get("aws_access_key_id"); has && sso[s.Name] {
			found = append(found, warning("profile %s has SSO settings in the config and keys in %s, line %d: some programs use the keys",
				s.Name, p.tilde(s.Path), key.Line).fix("remove the keys, or give one of the two another name"))
		}
	}
	return found
}

// appendNew appends a finding unless its text is in the list.
func appendNew(found []Finding, f Finding) []Finding {
	for _, old := range found {
		if old.Text == f.Text {
			return found
		}
	}
	return append(found, f)
}

// checkSettings checks Lanyard's settings file.
func checkSettings(_ context.Context, p *Patient) []Finding {
	set, err := settings.Read(p.W.App.Env.Lookup)
	switch {
	case err != nil:
		return []Finding{ofError(err).fix("correct the file; a key that lanyard does not know is a mistake")}
	case set.Path == "":
		return []Finding{notChecked("no home folder is known")}
	}
	if _, err := os.Stat(set.Path); errors.Is(err, fs.ErrNotExist) {
		return []Finding{ok("%s does not exist", p.tilde(set.Path))}
	}
	return []Finding{ok("%s is valid", p.tilde(set.Path))}
}

// largeConfig is the size in bytes from which the AWS CLI is noticeably slow.
const largeConfig = 1 << 20

// checkSize compares the size of the config with what the AWS CLI can parse quickly.
func checkSize(_ context.Context, p *Patient) []Finding {
	info, err := os.Stat(p.W.In.Config.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{ok("there is no config")}
	case err != nil:
		return []Finding{notChecked("%v", err)}
	}
	size := fmt.Sprintf("%d kB", (info.Size()+999)/1000)
	if info.Size() < largeConfig {
		return []Finding{ok("%s", size)}
	}
	if p.awsCLI() == "" {
		return []Finding{ok("%s; the AWS CLI, which would be slow, is not installed", size)}
	}
	return []Finding{warning("the config has %s, and the AWS CLI parses all of it at each start", size).fix(
		"remove profiles that you do not use\nrun: lanyard profiles prune\nor keep some of them in another file, and name it in AWS_CONFIG_FILE")}
}
