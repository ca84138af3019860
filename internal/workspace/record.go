package workspace

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/eventlog"
	"github.com/lanyard-cli/lanyard/internal/grant"
	"github.com/lanyard-cli/lanyard/internal/rulefile"
	"github.com/lanyard-cli/lanyard/internal/settings"
)

// RecordHandout adds the answer to a request for credentials to the audit record: see [Record].
func RecordHandout(app *command.App, h broker.Handout) error {
	e := entryOf(h)
	e.Time, e.Caller = app.Now(), audit.Self(caller.Detect(app.Env.Lookup))
	return Record(app, e)
}

// RecordGrant adds a grant to the audit record: see [Record].
func RecordGrant(app *command.App, g grant.Grant) error {
	return Record(app, audit.Entry{
		Time: app.Now(), Event: audit.Grant, Decision: audit.Allowed, Profile: g.Profile, Account: g.AccountID, Role: g.RoleName,
		Expires: g.Until, Command: "grant", Caller: audit.Self(caller.Detect(app.Env.Lookup)),
	})
}

// entryOf returns the entry of an answer, without its time and caller.
func entryOf(h broker.Handout) audit.Entry {
	s := h.Subject
	e := audit.Entry{
		Event: audit.Credentials, Decision: audit.Allowed, Rule: h.Ruling.Rule, Consent: h.Ruling.Consent,
		Profile: s.Profile, Account: s.AccountID, Role: s.RoleName,
		KeyID: h.AccessKeyID, Expires: h.Expiration, Source: audit.Cache, Command: s.Command,
	}
	if h.Ruling.RoleName != "" {
		e.Role = h.Ruling.RoleName
	}
	switch {
	case s.Session.StartURL == "" && s.ARN == "":
		e.Source = audit.Profile
	case h.Fetched:
		e.Source = audit.Fetch
	}
	switch {
	case h.Refused:
		e.Decision, e.Source = audit.Refused, ""
	case h.Err != nil:
		e.Decision, e.Source = audit.Failed, ""
	}
	if h.Err != nil {
		e.Error = h.Err.Error()
		var quotes interface{ WithoutOutput() string }
		if errors.As(h.Err, &quotes) { // the text has what another program printed
			e.Error = quotes.WithoutOutput()
		}
	}
	return e
}

// Record adds entries to the audit record, and forwards them if the settings say so. If that fails,
// it warns the user. It also warns of settings that cannot be read. It returns an error only if the
// record fails, and the settings require the record or cannot be read.
func Record(app *command.App, entries ...audit.Entry) error {
	required, forward, invalid := auditSettings(app)
	err := write(app, required != "", forward, entries)
	switch {
	case err == nil && invalid != nil:
		app.Warn(invalid.Error(), command.HintOf(invalid))
		return nil
	case err == nil:
		return nil
	case invalid != nil:
		return invalid
	case required != "":
		return command.WithHint(&command.ConfigError{Code: "Audit", Msg: fmt.Sprintf("no credentials, because the audit record cannot be written: %v", err)},
			"mend the audit record, or remove audit.required from %s", required)
	}
	app.Warn(fmt.Sprintf("the audit record cannot be written: %v", err), "check the permissions and the free space of the folder")
	return nil
}

// auditSettings returns the path of the settings that require the record, or "", and where they
// forward it. Like rules, the usual settings count even if a variable moves the settings.
func auditSettings(app *command.App) (required string, forward []string, err error) {
	for _, path := range rulefile.Paths(app.Env.Lookup) {
		set, invalid := settings.ReadFile(path, app.Env.Lookup)
		if err == nil {
			err = invalid
		}
		if set.Audit.Required && required == "" {
			required = path
		}
		if to := set.Audit.Forward; to != "" && !slices.Contains(forward, to) {
			forward = append(forward, to)
		}
	}
	return required, forward, err
}

func write(app *command.App, required bool, forward []string, entries []audit.Entry) error {
	log, ok := audit.In(app.Env.Lookup)
	if !ok && required {
		return errors.New("there is no home folder")
	}
	if !ok {
		app.Log.Debug("no audit record, because there is no home folder")
		return nil
	}
	lines, err := log.Append(entries...)
	if err != nil {
		return err
	}
	for _, to := range forward {
		switch to {
		case settings.Syslog:
			err = eventlog.Syslog(eventlog.SyslogSocket, lines)
		case settings.Journald:
			err = eventlog.Journald(eventlog.JournaldSocket, lines)
		}
		if err != nil {
			return fmt.Errorf("forward to %s: %w", to, err)
		}
	}
	return nil
}
