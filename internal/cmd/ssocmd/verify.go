package ssocmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// verifySignOut shows, for every session that was signed out of, that the service
// refuses its old tokens. The files are gone however that ends.
func verifySignOut(ctx context.Context, w *workspace.Workspace, out broker.SignOut) error {
	var accepted, unknown []string
	for _, u := range out.Unrevoked {
		unknown = append(unknown, terminal.Printable(u.StartURL))
	}
	for _, r := range out.Revoked {
		url := terminal.Printable(r.StartURL)
		switch err := w.Broker.Verify(ctx, r); {
		case err == nil:
			fmt.Fprintf(w.App.Out, "Verified: the service refuses the old token of %s\n", url)
		case errors.Is(err, broker.ErrNothingToVerify):
			fmt.Fprintf(w.App.Out, "Nothing to verify for %s: %v\n", url, err)
		case errors.Is(err, broker.ErrStillAccepted):
			accepted = append(accepted, url+": "+err.Error())
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			w.App.Warn(fmt.Sprintf("%s could not be asked about the old token: %v", url, err), "")
			unknown = append(unknown, url)
		}
	}
	var doubt error
	if unknown != nil {
		// No exit code of the service's: it is not the one that says no.
		doubt = command.WithHint(fmt.Errorf("signed out here, but it could not be verified that the service refuses the old token of %s", strings.Join(unknown, ", ")),
			"a copy of the token may stay valid until it expires")
	}
	switch {
	case accepted != nil:
		if doubt != nil {
			w.App.Warn(doubt.Error(), command.HintOf(doubt))
		}
		return command.WithHint(&command.CommandError{Msg: "signed out here, but " + strings.Join(accepted, "; ")},
			"end the session in the access portal, or have an administrator delete it there")
	case doubt == nil && len(out.Revoked) == 0:
		fmt.Fprintln(w.App.Out, "Nothing to verify: there was no token to sign out with")
	}
	return doubt
}
