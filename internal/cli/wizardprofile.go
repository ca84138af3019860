package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lanyard/internal/awsconfig"
	"lanyard/internal/picker"
	"lanyard/internal/profile"
)

// askProfile asks for region, output format and the name of the profile.
func (z *wizard) askProfile(ctx context.Context, p *ssoProfile, first bool) (err error) {
	if first && z.o.given("default-region") {
		p.region = z.o.defaultRegion
	} else if p.region, err = z.con.Ask(ctx, picker.Question{
		Text: prompt("Default client Region", p.region), Default: p.region,
		Suggestions: profile.PartitionRegions(z.session.Region), Check: optional(checkRegionTwice()),
	}); err != nil {
		return err
	}
	if first && z.o.given("output-format") {
		p.output = z.o.output
	} else if p.output, err = z.con.Ask(ctx, picker.Question{
		Text: prompt("CLI default output format (json if not specified)", p.output), Default: p.output,
		Suggestions: []string{"json", "text", "table", "yaml", "yaml-stream", "off"}, Check: optional(checkOutputFormat),
	}); err != nil {
		return err
	}
	return z.askName(ctx, p, first)
}

// askName asks for the name, unless it was given: by a flag, or as the profile in
// use. Another profile of that name is replaced only if the person says so.
func (z *wizard) askName(ctx context.Context, p *ssoProfile, first bool) (err error) {
	inUse, named := z.profileName()
	switch {
	case first && z.o.profile != "":
		p.name = z.o.profile
	case first && named:
		p.name = inUse
		return nil
	default:
		if p.name, err = z.con.Ask(ctx, picker.Question{
			Text: prompt("Profile name", p.proposal()), Default: p.proposal(),
			Check: required(checkName(awsconfig.Profile)),
		}); err != nil {
			return err
		}
	}
	for !z.o.yes {
		other, err := z.isAnother(*p)
		if err != nil || other == "" {
			return err
		}
		ok, err := z.con.Confirm(ctx, fmt.Sprintf("The profile %s exists and is for %s. Replace it? [y/N] ", printable(p.name), printable(other)), false)
		if err != nil || ok {
			return err
		}
		if p.name, err = z.con.Ask(ctx, picker.Question{Text: prompt("Profile name", ""), Check: required(checkName(awsconfig.Profile))}); err != nil {
			return err
		}
	}
	return nil
}

// proposal is the AWS CLI's name for a profile; "" if there is no role.
func (p ssoProfile) proposal() string {
	if p.account == "" {
		return ""
	}
	return p.role + "-" + p.account
}

// isAnother says what a profile of the same name is for, if that is another
// account or role.
func (z *wizard) isAnother(p ssoProfile) (string, error) {
	config, credentials, err := z.profileSections(p.name)
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

// write shows what is to be written and writes it.
func (z *wizard) write(ctx context.Context, p ssoProfile) error {
	changes, err := z.changes(p)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := profile.CheckAgreement(z.in, c); err != nil && !goes(changes, c) {
			return err
		}
	}
	fmt.Fprintf(z.app.out, "\n%s:\n%s\n", z.in.Config.Path, blocks(changes))
	changed, err := z.edit(ctx, false, "configure sso", changes...)
	if err != nil {
		return err
	}
	if !changed {
		fmt.Fprint(z.app.out, "(all of this was there already)\n\n")
	}
	z.known, z.last = z.session.Name != "", p
	again, err := z.app.world() // with what was written
	if err != nil {
		return err
	}
	again.in.New, again.broker = true, z.broker
	z.world = again
	return nil
}

// goes reports whether the same changes end the contradiction that one of them
// would make: those of a profile that changes its session.
func goes(changes []awsconfig.Change, c awsconfig.Change) bool {
	for _, other := range changes {
		if other.Kind == c.Kind && other.Name == c.Name && strings.EqualFold(other.Key, "sso_session") {
			return true
		}
	}
	return false
}

// blocks are what is to be written, as it will stand in the file.
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
			fmt.Fprintf(&b, "  %s\n", printable(header))
		}
		fmt.Fprintf(&b, "  %s = %s\n", c.Key, printable(c.Value))
	}
	return b.String()
}

// tell says how to use the profile, in the AWS CLI's words.
func (z *wizard) tell(p ssoProfile) {
	run := z.app.Name + " sts get-caller-identity"
	switch {
	case p.account == "":
		fmt.Fprintf(z.app.out, "Successfully configured SSO for profile: %s\n", printable(p.name))
	case strings.EqualFold(p.name, "default"):
		fmt.Fprintf(z.app.out, "The AWS CLI is now configured to use the default profile.\n"+
			"Run the following command to verify your configuration:\n\n%s\n", run)
	default:
		fmt.Fprintf(z.app.out, "To use this profile, specify the profile name using --profile, as shown:\n\n%s --profile %s\n", run, quoteArg(p.name))
	}
}

// more asks whether to go on with another profile, or with the settings of the
// guide that most people never need.
func (z *wizard) more(ctx context.Context) (bool, error) {
	if z.o.yes {
		return false, nil
	}
	for {
		fmt.Fprintln(z.app.out)
		answer, err := z.con.Ask(ctx, picker.Question{
			Text:    "One more profile from this session? (yes, no, advanced) [no]: ",
			Default: "no", Suggestions: []string{"yes", "no", "advanced"}, Check: checkMore,
		})
		if err != nil {
			if errors.Is(err, picker.ErrCancelled) || errors.Is(err, picker.ErrGone) {
				return false, nil // what was chosen is written
			}
			return false, err
		}
		switch strings.ToLower(answer)[0] {
		case 'y':
			return true, nil
		case 'n':
			return false, nil
		}
		if err := z.advanced(ctx); err != nil {
			return false, err
		}
	}
}

func checkMore(s string) error {
	for _, known := range []string{"yes", "no", "advanced"} {
		if s != "" && strings.HasPrefix(known, strings.ToLower(s)) {
			return nil
		}
	}
	return errors.New("yes, no or advanced")
}

// advanced asks for the two refresh settings. They belong to the session, and
// stand in the profile in use only where there is no [sso-session].
func (z *wizard) advanced(ctx context.Context) error {
	s := z.session
	auto := "true"
	if s.AutoRefresh == profile.Off {
		auto = "false"
	}
	auto, err := z.con.Ask(ctx, picker.Question{
		Text: prompt("Renew the session silently (sso_auto_refresh)", auto), Default: auto,
		Suggestions: []string{"true", "false"}, Check: checkSetting("sso_auto_refresh"),
	})
	if err != nil {
		return err
	}
	window := fmt.Sprint(int(s.Window() / time.Second))
	window, err = z.con.Ask(ctx, picker.Question{
		Text: prompt("Renew when fewer seconds than this are left (sso_refresh_window)", window), Default: window,
		Check: checkSetting("sso_refresh_window"),
	})
	if err != nil {
		return err
	}
	return z.writeAdvanced(ctx, strings.ToLower(auto), window)
}

func (z *wizard) writeAdvanced(ctx context.Context, auto, window string) error {
	change := awsconfig.Change{Kind: awsconfig.SSOSession, Name: z.session.Name}
	if z.session.Name == "" {
		change.Kind, change.Name = awsconfig.Profile, z.last.name
	}
	var changes []awsconfig.Change
	for _, kv := range [][2]string{{"sso_auto_refresh", auto}, {"sso_refresh_window", window}} {
		change.Key, change.Value = kv[0], kv[1]
		if err := profile.CheckAgreement(z.in, change); err != nil {
			return err
		}
		changes = append(changes, change)
	}
	fmt.Fprintf(z.app.out, "\n%s:\n%s\n", z.in.Config.Path, blocks(changes))
	_, err := z.edit(ctx, false, "configure sso", changes...)
	return err
}
