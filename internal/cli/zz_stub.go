package cli

import (
	"context"
	"strings"
)

func (app *App) handOver(ctx context.Context, args []string, why error) error {
	if why != nil {
		return why
	}
	return withHint(usagef("%q is not native to lanyard, and there is no AWS CLI on PATH", strings.Join(args, " ")), "install the AWS CLI")
}
