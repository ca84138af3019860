package wizard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// askProfile asks for region, output format and the name of the profile.
func (z *Wizard) askProfile(ctx context.Context, p *ssoProfile, first bool) (err error) {
	if first && z.o.Given("default-region") {
		p.region = z.o.DefaultRegion
	} else if p.region, err = z.con.Ask(ctx, picker.Question{
		Text: prompt("Default client Region", p.region), Default: p.region,
		Suggestions: profile.PartitionRegions(z.Session.Region), Check: optional(checkRegionTwice()),
	}); err != nil {
		return err
	}
	if first && z.o.Given("output-format") {
		p.output = z.o.Output
	} else if p.output, err = z.con.Ask(ctx, picker.Question{
		Text: prompt("CLI default output format (json if not specified)", p.output), Default: p.output,
		Suggestions: render.Formats(), Check: optional(checkOutputFormat),
	}); err != nil {
		return err
	}
	return z.askName(ctx, p, first)
}

// askName asks for the name of the profile, unless a flag or the environment gives it. It
// asks again before it replaces a profile that is for another role.
func (z *Wizard) askName(ctx context.Context, p *ssoProfile, first bool) (err error) {
	inUse, named := z.ProfileName()
	switch {
	case first && z.o.Profile != "":
		p.name = z.o.Profile
	case first && named && z.App.Flags.Profile != "":
		p.name = inUse
		return nil // the user has named the profile to change
	case first && named:
		p.name = inUse
		variable := "AWS_PROFILE"
		if _, ok := z.App.Env.Lookup(variable); !ok {
			variable = "AWS_DEFAULT_PROFILE"
		}
		z.App.Hint(variable + " names the profile " + inUse + "; to write another profile, add --profile-name NAME")
	default:
		if p.name, err = z.con.Ask(ctx, picker.Question{
			Text: prompt("Profile name", p.proposal()), Default: p.proposal(),
			Check: required(checkName(awsconfig.Profile)),
		}); err != nil {
			return err
		}
	}
	for !z.o.Yes {
		other, err := z.isAnother(*p)
		if err != nil || other == "" {
			return err
		}
		ok, err := z.con.Confirm(ctx, fmt.Sprintf("The profile %s exists and is for %s. Replace it? [y/N] ", terminal.Printable(p.name), terminal.Printable(other)), false)
		if err != nil || ok {
			return err
		}
		if p.name, err = z.con.Ask(ctx, picker.Question{Text: prompt("Profile name", ""), Check: required(checkName(awsconfig.Profile))}); err != nil {
			return err
		}
	}
	return nil
}

// proposal returns the AWS CLI's name for a new profile, or "" without a role.
func (p ssoProfile) proposal() string {
	if p.account == "" {
		return ""
	}
	return p.role + "-" + p.account
}

// isAnother describes an existing profile of the same name that has another role or other
// credentials. It returns "" if the wizard can replace the profile without a question.
func (z *Wizard) isAnother(p ssoProfile) (string, error) {
	config, credentials, err := z.ProfileSections(p.name)
	if err != nil {
		return "", err
	}
	get := func(key string) string {
		own, _ := config.Get(key)
		over, _ := credentials.Get(key)
		return cmp.Or(over.Value, own.Value)
	}
	account, role := get("sso_account_id"), get("sso_role_name")
	switch {
	case account != "" && (account != p.account || role != p.role):
		return role + " in " + account, nil
	case account == "" && get("role_arn") != "":
		return get("role_arn"), nil
	case account == "" && get("credential_process") != "":
		return "a credential_process", nil
	case account == "" && get("aws_access_key_id") != "":
		return "static keys", nil
	}
	return "", nil
}

// write prints the new settings and writes them.
func (z *Wizard) write(ctx context.Context, p ssoProfile) error {
	// Another program may have removed the session from the file during the sign-in.
	if err := z.rereadSession(); err != nil {
		return err
	}
	changes, err := z.changes(p)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := profile.CheckAgreement(z.In, c); err != nil && !changesSession(changes, c) {
			return err
		}
	}
	fmt.Fprintf(z.App.Out, "\n%s:\n%s\n", z.In.Config.Path, blocks(changes))
	changed, err := z.Edit(ctx, false, "configure sso", changes...)
	if err != nil {
		return err
	}
	if !changed {
		fmt.Fprint(z.App.Out, "(these settings were in the file already)\n\n")
	}
	z.last = p
	return z.rereadSession()
}

// rereadSession reads the files again and sets known.
func (z *Wizard) rereadSession() error {
	z.Reread()
	z.In.New = true
	section, err := z.Section(awsconfig.SSOSession, z.Session.Name)
	z.known = section != nil && z.Session.Name != ""
	return err
}

// changesSession reports whether the changes also set or remove sso_session in the profile that c
// changes. An error of CheckAgreement for c then concerns only the old session, so the caller
// ignores the error.
func changesSession(changes []awsconfig.Change, c awsconfig.Change) bool {
	for _, other := range changes {
		if other.Kind == c.Kind && other.Name == c.Name && strings.EqualFold(other.Key, "sso_session") {
			return true
		}
	}
	return false
}

// blocks returns the new settings in the form of the config file.
func blocks(changes []awsconfig.Change) string {
	var b strings.Builder
	var kind awsconfig.Kind
	name := ""
	for _, c := range changes {
		if c.Remove {
			continue
		}
		if c.Kind != kind || c.Name != name {
			kind, name = c.Kind, c.Name
			header, _ := awsconfig.Header(kind, name, false) // the name has been checked
			fmt.Fprintf(&b, "  %s\n", terminal.Printable(header))
		}
		fmt.Fprintf(&b, "  %s = %s\n", c.Key, terminal.Printable(c.Value))
	}
	return b.String()
}

// tell prints how to use the profile. The text is the AWS CLI's.
func (z *Wizard) tell(p ssoProfile) {
	run := z.App.Name + " sts get-caller-identity"
	switch {
	case p.account == "":
		fmt.Fprintf(z.App.Out, "Successfully configured SSO for profile: %s\n", terminal.Printable(p.name))
	case p.name == "default":
		fmt.Fprintf(z.App.Out, "The AWS CLI is now configured to use the default profile.\n"+
			"Run the following command to verify your configuration:\n\n%s\n", run)
	default:
		fmt.Fprintf(z.App.Out, "To use this profile, specify the profile name using --profile, as shown:\n\n%s %s\n", run, signin.ProfileFlag(p.name))
	}
}

// askAnother asks whether to add another profile. It also offers the settings sso_auto_refresh and
// sso_refresh_window, which most users do not need.
func (z *Wizard) askAnother(ctx context.Context) (bool, error) {
	if z.o.Yes {
		return false, nil
	}
	for {
		fmt.Fprintln(z.App.Out)
		answer, err := z.con.Ask(ctx, picker.Question{
			Text: "Add another profile? [y/N] ", Default: "no",
			Suggestions: []string{"yes", "no", "advanced"}, Check: checkMore, Note: noteMore,
		})
		if err != nil {
			return false, z.ignoreCancel(err, false) // the profile is already written
		}
		switch strings.ToLower(answer)[0] {
		case 'y':
			return true, nil
		case 'n':
			return false, nil
		}
		if err := z.advanced(ctx); err != nil {
			return false, z.ignoreCancel(err, false)
		}
	}
}

// noteMore returns the note below the question. The note disappears when the user types
// something.
func noteMore(typed string) string {
	if typed != "" {
		return ""
	}
	return "Type \"advanced\" for refresh settings."
}

func checkMore(s string) error {
	for _, known := range []string{"yes", "no", "advanced"} {
		if s != "" && strings.HasPrefix(known, strings.ToLower(s)) {
			return nil
		}
	}
	return errors.New("Answer yes, no or advanced")
}

// advanced asks for the two refresh settings. The wizard writes them to the [sso-session], or
// to the profile if it has no session.
func (z *Wizard) advanced(ctx context.Context) error {
	s := z.Session
	auto := "true"
	if s.AutoRefresh == profile.Off {
		auto = "false"
	}
	auto, err := z.con.Ask(ctx, picker.Question{
		Text: prompt("Refresh the session automatically (sso_auto_refresh)", auto), Default: auto,
		Suggestions: []string{"true", "false"}, Check: checkSetting("sso_auto_refresh"),
	})
	if err != nil {
		return err
	}
	window := fmt.Sprint(int(s.Window() / time.Second))
	window, err = z.con.Ask(ctx, picker.Question{
		Text: prompt("Refresh the access token this many seconds before it expires (sso_refresh_window)", window), Default: window,
		Check: checkSetting("sso_refresh_window"),
	})
	if err != nil {
		return err
	}
	return z.writeAdvanced(ctx, strings.ToLower(auto), window)
}

func (z *Wizard) writeAdvanced(ctx context.Context, auto, window string) error {
	change := awsconfig.Change{Kind: awsconfig.SSOSession, Name: z.Session.Name}
	if z.Session.Name == "" {
		change.Kind, change.Name = awsconfig.Profile, z.last.name
	}
	var changes []awsconfig.Change
	for _, kv := range [][2]string{{"sso_auto_refresh", auto}, {"sso_refresh_window", window}} {
		change.Key, change.Value = kv[0], kv[1]
		if err := profile.CheckAgreement(z.In, change); err != nil {
			return err
		}
		changes = append(changes, change)
	}
	fmt.Fprintf(z.App.Out, "\n%s:\n%s\n", z.In.Config.Path, blocks(changes))
	if _, err := z.Edit(ctx, false, "configure sso", changes...); err != nil {
		return err
	}
	z.Session.AutoRefresh = profile.Off
	if auto == "true" {
		z.Session.AutoRefresh = profile.On
	}
	seconds, err := strconv.Atoi(window)
	z.Session.RefreshWindow, z.Session.HasWindow = time.Duration(seconds)*time.Second, true
	return err
}
