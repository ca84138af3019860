package accountindex

import (
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// This file completes accounts and roles from the indexes of the inventory. It reads no other
// file, takes no lock and makes no request. After any error it offers nothing.

// indexes opens the indexes of the origin that the environment names.
func indexes(lookupEnv func(string) (string, bool)) []*Index {
	home, ok := userpath.Home(lookupEnv)
	if !ok {
		return nil
	}
	portal, _ := lookupEnv("AWS_ENDPOINT_URL_SSO")
	return All(filepath.Join(home, ".aws", "lanyard", "inventory"), ssocache.EndpointAt(portal, true).Origin)
}

// Accounts calls yield once for each account whose name or id begins with beginning, with the other
// one as the description. Without a beginning it offers names.
func Accounts(lookupEnv func(string) (string, bool), beginning string, yield func(text, about string)) {
	digits := beginning != "" && strings.Trim(beginning, "0123456789") == ""
	for _, x := range indexes(lookupEnv) {
		last := ""
		x.ByName(beginning, func(e Entry) bool {
			if e.AccountID != last {
				last = e.AccountID
				yield(e.AccountName, e.AccountID)
			}
			return true
		})
		if last = ""; digits {
			x.Entries(func(e Entry) bool {
				if e.AccountID != last && strings.HasPrefix(e.AccountID, beginning) && !strings.HasPrefix(e.AccountName, beginning) {
					about := e.AccountName
					if strings.ContainsFunc(about, terminal.Active) {
						about = ""
					}
					yield(e.AccountID, about)
				}
				last = e.AccountID
				return true
			})
		}
		x.Close()
	}
}

// RoleNames calls yield once for each name of a role that begins with beginning, in the account with
// the id or name. If account is "", it looks in every account.
func RoleNames(lookupEnv func(string) (string, bool), account, beginning string, yield func(role string)) {
	seen := map[string]bool{}
	for _, x := range indexes(lookupEnv) {
		x.Entries(func(e Entry) bool {
			if e.Role != "" && !seen[e.Role] && strings.HasPrefix(e.Role, beginning) && (account == "" || account == e.AccountID || account == e.AccountName) {
				seen[e.Role] = true
				yield(e.Role)
			}
			return true
		})
		x.Close()
	}
}
