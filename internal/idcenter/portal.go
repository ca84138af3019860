package idcenter

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sso"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// Credentials are the keys of a role in an account.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey secret.String
	SessionToken    secret.String
	Expiration      time.Time // by the service's clock
	Clock           Clock
}

// An Account is one that the person may use.
type Account struct{ ID, Name, Email string }

// A Role is one that the person may take in an account.
type Role struct{ Name, AccountID string }

// lastDate is the end of the year 9999, in milliseconds: what lies behind it cannot be
// written as RFC 3339 has it.
const lastDate = 253402300799999

// pageSize is the most that the portal gives at once.
const pageSize = 100

// RoleCredentials returns keys for a role in an account. [ErrUnauthorized] means
// that the access token is not valid (any more), [ErrForbidden] that the person
// has no such role.
func (c *Client) RoleCredentials(ctx context.Context, accessToken secret.String, accountID, roleName string) (Credentials, error) {
	w := c.wire("GetRoleCredentials", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.portal.GetRoleCredentials(budget, &sso.GetRoleCredentialsInput{
		AccessToken: new(accessToken.Reveal()), AccountId: &accountID, RoleName: &roleName,
	}, w.portal)
	if err := w.result(ctx, err); err != nil {
		return Credentials{}, err
	}
	keys := out.RoleCredentials
	if keys == nil || value(keys.AccessKeyId) == "" || value(keys.SecretAccessKey) == "" || value(keys.SessionToken) == "" || keys.Expiration <= 0 || keys.Expiration > lastDate {
		return Credentials{}, w.broken("without the keys or their expiration")
	}
	if reason := unfit("accessKeyId", value(keys.AccessKeyId), "secretAccessKey", value(keys.SecretAccessKey), "sessionToken", value(keys.SessionToken)); reason != "" {
		return Credentials{}, w.broken(reason)
	}
	return Credentials{
		AccessKeyID:     value(keys.AccessKeyId),
		SecretAccessKey: optionalSecret(keys.SecretAccessKey),
		SessionToken:    optionalSecret(keys.SessionToken),
		Expiration:      time.UnixMilli(keys.Expiration).UTC(), // milliseconds, unlike every other time here
		Clock:           w.reply.clock,
	}, nil
}

// Accounts yields every account of the person, fetching a page only when the
// caller has used up the one before. A failed page ends the sequence with its
// error; the budget of a call is one page's.
func (c *Client) Accounts(ctx context.Context, accessToken secret.String) iter.Seq2[Account, error] {
	return pages("ListAccounts", c, accessToken, func(w *wire, next *string) ([]Account, *string, error) {
		budget, cancel := context.WithTimeout(ctx, c.budget)
		defer cancel()
		out, err := c.portal.ListAccounts(budget, &sso.ListAccountsInput{
			AccessToken: new(accessToken.Reveal()), MaxResults: new(int32(pageSize)), NextToken: next,
		}, w.portal)
		if err := w.result(ctx, err); err != nil {
			return nil, nil, err
		}
		var page []Account
		for _, a := range out.AccountList {
			page = append(page, Account{ID: value(a.AccountId), Name: value(a.AccountName), Email: value(a.EmailAddress)})
		}
		return page, out.NextToken, nil
	})
}

// Roles yields every role of the person in an account, as Accounts does.
func (c *Client) Roles(ctx context.Context, accessToken secret.String, accountID string) iter.Seq2[Role, error] {
	return pages("ListAccountRoles", c, accessToken, func(w *wire, next *string) ([]Role, *string, error) {
		budget, cancel := context.WithTimeout(ctx, c.budget)
		defer cancel()
		out, err := c.portal.ListAccountRoles(budget, &sso.ListAccountRolesInput{
			AccessToken: new(accessToken.Reveal()), AccountId: &accountID, MaxResults: new(int32(pageSize)), NextToken: next,
		}, w.portal)
		if err := w.result(ctx, err); err != nil {
			return nil, nil, err
		}
		var page []Role
		for _, r := range out.RoleList {
			page = append(page, Role{Name: value(r.RoleName), AccountID: value(r.AccountId)})
		}
		return page, out.NextToken, nil
	})
}

// pages yields the items of the pages that fetch returns. A page that names
// itself as the next one is an error, not an endless sequence.
func pages[T any](operation string, c *Client, token secret.String, fetch func(*wire, *string) ([]T, *string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		var next *string
		for {
			w := c.wire(operation, c.portURL, token)
			page, following, err := fetch(w, next)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
			if value(following) == "" {
				return
			}
			if value(following) == value(next) {
				yield(zero, w.broken("a page that follows itself"))
				return
			}
			next = following
		}
	}
}

// Logout ends the session that the access token belongs to, on the server: its
// refresh token ends with it. [ErrUnauthorized] means that there was none.
func (c *Client) Logout(ctx context.Context, accessToken secret.String) error {
	w := c.wire("Logout", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	_, err := c.portal.Logout(budget, &sso.LogoutInput{AccessToken: new(accessToken.Reveal())}, w.portal)
	return w.result(ctx, err)
}

// Takes says whether the portal takes the access token, by asking for one account. Any
// other answer than yes or no is an error.
func (c *Client) Takes(ctx context.Context, accessToken secret.String) (bool, error) {
	w := c.wire("ListAccounts", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	_, err := c.portal.ListAccounts(budget, &sso.ListAccountsInput{
		AccessToken: new(accessToken.Reveal()), MaxResults: new(int32(1)),
	}, w.portal)
	err = w.result(ctx, err)
	if errors.Is(err, ErrUnauthorized) {
		return false, nil
	}
	return err == nil, err
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
