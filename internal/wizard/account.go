package wizard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// chooseRole sets the account and the role of the profile. They come from the flags, from the
// only choice, or from the user. If the portal refuses to list accounts or roles, chooseRole
// leaves them empty.
func (z *Wizard) chooseRole(ctx context.Context, p *ssoProfile, first bool) error {
	p.account, p.role = "", ""
	if first {
		p.account, p.role = z.o.Account, z.o.Role
	}
	if p.account != "" && p.role != "" {
		return nil
	}
	if err := z.signIn(ctx); err != nil {
		return err
	}
	err := z.AdviseConnection(z.pickRole(ctx, p))
	if errors.Is(err, idcenter.ErrUnauthorized) {
		// The user may have signed out on another machine.
		if err = z.signInAgain(ctx); err == nil {
			err = z.AdviseConnection(z.pickRole(ctx, p))
		}
	}
	if errors.Is(err, idcenter.ErrUnauthorized) {
		fmt.Fprintln(z.App.Out, "Unable to list AWS accounts and/or roles. Skipping configuring AWS credential provider for profile.")
		p.account, p.role = "", ""
		return nil
	}
	return err
}

// signIn makes sure that the session has a token. It uses a valid session of the config. For
// a new session it always signs in, but only once.
func (z *Wizard) signIn(ctx context.Context) error {
	if z.known || z.Session.Name == "" || !z.token.AccessToken.IsZero() {
		err := z.takeToken(ctx, secret.String{})
		var ended *broker.SessionError
		if err == nil || !errors.As(err, &ended) {
			return err
		}
	}
	return z.login(ctx)
}

// login signs in, even if the session has a token.
func (z *Wizard) login(ctx context.Context) (err error) {
	z.o.Quiet, z.o.Caller = true, "configure sso"
	if z.Session, err = signin.Login(ctx, z.Workspace, z.p, z.Session, z.o.Options); err != nil {
		return err
	}
	return z.takeToken(ctx, secret.String{})
}

// signInAgain replaces a token that the portal has rejected.
func (z *Wizard) signInAgain(ctx context.Context) error {
	err := z.takeToken(ctx, z.token.AccessToken)
	var ended *broker.SessionError
	if !errors.As(err, &ended) {
		return err
	}
	return z.login(ctx)
}

func (z *Wizard) takeToken(ctx context.Context, rejected secret.String) error {
	answer, err := z.Broker.Get(ctx, broker.Request{
		Session: z.Session, Purpose: broker.AccessToken, Caller: "configure sso", Rejected: rejected,
	})
	z.token = answer.Token
	return z.AdviseConnection(signin.ExplainOrigin(z.Workspace, err))
}

func (z *Wizard) pickRole(ctx context.Context, p *ssoProfile) (err error) {
	client, err := z.Client(z.p, z.Session.StartURL, z.Session.Region)
	if err != nil {
		return err
	}
	if p.account == "" {
		if p.account, err = z.pickAccount(ctx, client); err != nil {
			return err
		}
	}
	fmt.Fprintf(z.App.Out, "Using the account ID %s\n", terminal.Printable(p.account))
	if p.role == "" {
		if p.role, err = z.pickRoleOf(ctx, client, p.account); err != nil {
			return err
		}
	}
	fmt.Fprintf(z.App.Out, "Using the role name \"%s\"\n", terminal.Printable(p.role)) // the AWS CLI's quotes
	return nil
}

func (z *Wizard) pickAccount(ctx context.Context, client *idcenter.Client) (string, error) {
	accounts, err := collect(client.Accounts(ctx, z.token.AccessToken))
	switch {
	case err != nil:
		return "", err
	case len(accounts) == 0:
		return "", command.WithHint(errors.New("No AWS accounts are available to you."), // the AWS CLI's words
			"ask the administrator of IAM Identity Center to assign an account to you; nothing was written")
	case len(accounts) == 1:
		fmt.Fprintf(z.App.Out, "The only AWS account available to you is: %s\n", terminal.Printable(accounts[0].ID))
		return accounts[0].ID, nil
	}
	slices.SortStableFunc(accounts, compareAccounts)
	fmt.Fprintf(z.App.Out, "There are %d AWS accounts available to you.\n", len(accounts))
	menu := picker.Menu{Items: make([]picker.Item, len(accounts))}
	for i, a := range accounts {
		menu.Items[i] = picker.Item{Name: a.Name, ID: a.ID, Detail: a.Email}
		if a.ID == z.value("sso_account_id") {
			menu.Start = i
		}
	}
	i, err := z.con.Choose(ctx, menu)
	if err != nil {
		return "", err
	}
	return accounts[i].ID, nil
}

func (z *Wizard) pickRoleOf(ctx context.Context, client *idcenter.Client, account string) (string, error) {
	roles, err := collect(client.Roles(ctx, z.token.AccessToken, account))
	switch {
	case err != nil:
		return "", err
	case len(roles) == 0:
		return "", fmt.Errorf("No roles are available for the account %s", account) // the AWS CLI's words
	case len(roles) == 1:
		fmt.Fprintf(z.App.Out, "The only role available to you is: %s\n", terminal.Printable(roles[0].Name))
		return roles[0].Name, nil
	}
	slices.SortStableFunc(roles, func(a, b idcenter.Role) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	fmt.Fprintf(z.App.Out, "There are %d roles available to you.\n", len(roles))
	menu := picker.Menu{Items: make([]picker.Item, len(roles))}
	for i, r := range roles {
		menu.Items[i] = picker.Item{Name: r.Name}
		if r.Name == z.value("sso_role_name") {
			menu.Start = i
		}
	}
	i, err := z.con.Choose(ctx, menu)
	if err != nil {
		return "", err
	}
	return roles[i].Name, nil
}

// compareAccounts orders accounts like the AWS CLI. It compares the names, or else the e-mail
// addresses, in lower case. Accounts without a name and an e-mail address come last.
func compareAccounts(a, b idcenter.Account) int {
	key := func(a idcenter.Account) (int, string) {
		if name := cmp.Or(a.Name, a.Email); name != "" {
			return 0, strings.ToLower(name)
		}
		return 1, a.ID
	}
	ra, ka := key(a)
	rb, kb := key(b)
	return cmp.Or(cmp.Compare(ra, rb), cmp.Compare(ka, kb))
}

// collect returns all items of a paged list.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
