package wizard

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// more asks whether to go on with another profile, or with the settings of the
// guide that most people never need.
func (z *Wizard) more(ctx context.Context) (bool, error) {
	if z.o.Yes {
		return false, nil
	}
	for {
		fmt.Fprintln(z.App.Out)
		answer, err := z.con.Ask(ctx, picker.Question{
			Text:    "One more profile from this session? (yes, no, advanced) [no]: ",
			Default: "no", Suggestions: []string{"yes", "no", "advanced"}, Check: checkMore,
		})
		if err != nil {
			return false, z.left(err, false) // what was chosen is written
		}
		switch strings.ToLower(answer)[0] {
		case 'y':
			return true, nil
		case 'n':
			return false, nil
		}
		if err := z.advanced(ctx); err != nil {
			return false, z.left(err, false)
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
func (z *Wizard) advanced(ctx context.Context) error {
	s := z.Session
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
