package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// This file makes the requests of an update. Roles are requested while account pages still
// arrive. A page goes before roles, because the pages form a chain: each page has the token of the
// next one. After the last page, the roles are requested in the order of the list.

// A job is one request: a page of accounts if id is "", or else a page of the roles of an account.
type job struct {
	id, next string
	rejected int // how many access tokens the portal has refused for this job
}

// A crew runs the jobs of an update. A goroutine that needs both mutexes locks mu before the
// mutex of the update.
type crew struct {
	u    *update
	wake chan struct{} // has an element if something has changed

	mu      sync.Mutex
	page    *job // the next account page; nil if there is none or if it is running
	roles   []job
	added   map[string]bool // the accounts that have had a job
	running int
	token   secret.String
	failure error // ends the listing

	network, server int // how many requests in a row failed
	restarted       bool
	throttledSince  time.Time // since when every answer is 429; else zero

	tokenTurn sync.Mutex // held by the job that gets a new access token
}

const (
	maxNetwork = 5                // after so many requests in a row without an answer, the listing ends
	maxServer  = 20               // the same for status 5xx
	maxRefused = 10 * time.Minute // the same for status 429
)

// request makes every missing request. It returns the error that ended the listing early.
func (u *update) request(ctx context.Context) error {
	c := &crew{u: u, wake: make(chan struct{}, 1), added: map[string]bool{}}
	u.mu.Lock()
	if u.needsPages(u.f) {
		c.page = &job{next: u.f.pages.next}
	}
	if id := u.o.Need.ID; id != "" {
		a := Account{ID: id}
		if k, ok := u.f.byID[id]; ok {
			a = u.f.accounts[k]
		}
		c.add(a)
	} else {
		for _, a := range u.f.accounts {
			// After a refresh began, wait for the page of the account: it may no longer exist.
			if c.page == nil || u.f.pages.seen[a.ID] {
				c.add(a)
			}
		}
	}
	if c.page == nil {
		c.order()
	}
	u.mu.Unlock()
	if c.page == nil && len(c.roles) == 0 {
		return nil
	}
	token, err := u.o.Token(ctx, secret.String{})
	if err != nil {
		return err
	}
	c.token = token
	for {
		switch c.next() {
		case finished:
			return c.failure
		case nothing:
			<-c.wake
			continue
		}
		allowed, err := u.o.Limit.Wait(ctx)
		c.mu.Lock()
		j := c.take()
		if err != nil && c.failure == nil {
			c.failure = err
		}
		if err == nil {
			c.running++
			go c.do(ctx, j, allowed)
		}
		c.mu.Unlock()
	}
}

// add adds a job for the roles of an account, if they are missing.
func (c *crew) add(a Account) {
	if a.ID != "" && !c.added[a.ID] && c.u.needsRoles(c.u.f, a) {
		c.added[a.ID] = true
		c.roles = append(c.roles, job{id: a.ID, next: c.u.f.partial[a.ID].next})
	}
}

// order sorts the jobs like the list. A command prints the list in this order, so a row does not
// wait for the roles of accounts behind it. The caller holds the mutex of the update.
func (c *crew) order() {
	account := func(j job) Account { return c.u.f.accounts[c.u.f.byID[j.id]] }
	slices.SortStableFunc(c.roles, func(a, b job) int { return byName(account(a), account(b)) })
}

// The answers of next.
const (
	finished = iota // no job is left
	nothing         // wait for a running job
	ready           // a job can start
)

func (c *crew) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.failure == nil && (c.page != nil || len(c.roles) > 0)
	switch {
	case left:
		return ready
	case c.running > 0:
		return nothing
	}
	return finished
}

// take returns the next job: a page, if one is due. There is a job, because only the caller takes
// jobs.
func (c *crew) take() job {
	if c.page != nil {
		j := *c.page
		c.page = nil
		return j
	}
	j := c.roles[0]
	c.roles = c.roles[1:]
	return j
}

// do runs a job.
func (c *crew) do(ctx context.Context, j job, allowed *ratelimit.Request) {
	c.mu.Lock()
	token := c.token
	c.mu.Unlock()
	var names []string
	var accounts []idcenter.Account
	var following string
	var err error
	if j.id == "" {
		accounts, following, err = c.u.o.Portal.AccountsPage(ctx, token, j.next)
	} else {
		names, following, err = c.u.o.Portal.RolesPage(ctx, token, j.id, j.next)
	}
	var throttled *idcenter.ThrottledError
	switch {
	case errors.As(err, &throttled):
		allowed.Throttled(throttled.RetryAfter)
	case err == nil || !errors.Is(err, idcenter.ErrNetwork) && ctx.Err() == nil:
		allowed.Succeeded()
	default:
		allowed.Failed()
	}
	switch {
	case err != nil:
		c.failed(ctx, j, token, err)
	case j.id == "":
		c.gotPage(accounts, following)
	default:
		c.gotRoles(j, names, following)
	}
	c.mu.Lock()
	c.running--
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// gotPage stores a page of accounts, and adds the jobs for their roles and for the next page.
func (c *crew) gotPage(accounts []idcenter.Account, following string) {
	f := []string{"page", millis(c.u.o.Now()), following}
	for _, a := range accounts {
		f = append(f, a.ID, a.Name, a.Email)
	}
	c.u.record(accountindex.Line(f...))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered()
	c.u.mu.Lock()
	for _, a := range accounts {
		if k, ok := c.u.f.byID[a.ID]; ok {
			c.add(c.u.f.accounts[k])
		}
	}
	if following == "" {
		c.order()
	}
	c.u.mu.Unlock()
	if following != "" {
		c.page = &job{next: following}
	}
}

// gotRoles stores a page of roles, and adds the job for the next page.
func (c *crew) gotRoles(j job, names []string, following string) {
	c.u.record(accountindex.Line(append([]string{"roles", millis(c.u.o.Now()), j.id, following}, names...)...))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered()
	if following != "" {
		c.roles = slices.Insert(c.roles, 0, job{id: j.id, next: following})
	}
}

// answered records that the service works.
func (c *crew) answered() { c.network, c.server, c.throttledSince = 0, 0, time.Time{} }

// failed decides what follows from the error of a job.
func (c *crew) failed(ctx context.Context, j job, token secret.String, err error) {
	if errors.Is(err, idcenter.ErrUnauthorized) {
		c.unauthorized(ctx, j, token, err)
		return
	}
	var service *idcenter.ServiceError
	_ = errors.As(err, &service)
	status := 0
	if service != nil {
		status = service.Status
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		c.end(ctx.Err())
	case status == http.StatusTooManyRequests:
		now := c.u.o.Now()
		if c.throttledSince.IsZero() {
			c.throttledSince = now
		}
		if now.Sub(c.throttledSince) > maxRefused {
			c.end(err)
		}
		c.again(j)
	case j.next != "" && status >= 400 && status < 500 && status != http.StatusForbidden:
		c.restart(j, err)
	case j.id == "":
		c.end(err)
	case errors.Is(err, idcenter.ErrNetwork):
		if c.network++; c.network >= maxNetwork {
			c.end(err)
		}
		c.u.fail(Failure{AccountID: j.id, Message: withoutRequest(err), At: c.u.o.Now()})
	default:
		if c.server++; status < 500 {
			c.server = 0
		}
		if c.server >= maxServer {
			c.end(err)
		}
		c.refused(j, service, err)
	}
}

// refused records that the service did not list the roles of an account.
func (c *crew) refused(j job, service *idcenter.ServiceError, err error) {
	code, message, forbidden := "", err.Error(), "-"
	if service != nil {
		code = cmp.Or(service.Code, fmt.Sprintf("HTTP %d", service.Status))
	}
	if errors.Is(err, idcenter.ErrForbidden) {
		forbidden = "403"
	}
	now := c.u.o.Now()
	c.u.fail(Failure{AccountID: j.id, Code: code, Message: message, Forbidden: forbidden == "403", At: now})
	c.u.record(accountindex.Line("failed", millis(now), j.id, code, forbidden, message))
}

// withoutRequest returns the text of an error without the path and the query of the request, which
// name the account. So all accounts that cannot be reached have the same text.
func withoutRequest(err error) string {
	var connect *idcenter.ConnectError
	if !errors.As(err, &connect) {
		return err.Error()
	}
	short := *connect
	if u, err := url.Parse(short.URL); err == nil {
		short.URL = u.Scheme + "://" + u.Host
	}
	return short.Error()
}

// again runs a job again, before the others.
func (c *crew) again(j job) {
	if j.id == "" {
		c.page = &j
		return
	}
	c.roles = slices.Insert(c.roles, 0, j)
}

// end ends the listing. Running requests still store their results.
func (c *crew) end(err error) {
	if c.failure == nil {
		c.failure = err
	}
}

// restart begins the pages again after the service has rejected the token of a page. A token that
// an earlier run has stored may no longer be valid.
func (c *crew) restart(j job, err error) {
	now := millis(c.u.o.Now())
	switch {
	case j.id != "":
		c.u.record(accountindex.Line("anew", now, j.id))
		c.u.mu.Lock()
		first := !c.u.anew[j.id]
		c.u.anew[j.id] = true
		c.u.mu.Unlock()
		if !first {
			var service *idcenter.ServiceError
			_ = errors.As(err, &service)
			c.refused(j, service, err)
			return
		}
		c.again(job{id: j.id})
	case c.restarted:
		c.end(err)
	default:
		c.restarted = true
		c.u.record(accountindex.Line("again", now))
		c.page = &job{}
	}
}

// unauthorized gets another access token after the portal has refused one, and runs the job again.
func (c *crew) unauthorized(ctx context.Context, j job, used secret.String, err error) {
	c.tokenTurn.Lock()
	defer c.tokenTurn.Unlock()
	c.mu.Lock()
	current, ended := c.token, c.failure != nil
	c.mu.Unlock()
	if j.rejected++; j.rejected > 2 || ended {
		c.mu.Lock()
		c.end(err)
		c.mu.Unlock()
		return
	}
	if current.Equal(used) {
		if current, err = c.u.o.Token(ctx, used); err == nil && current.Equal(used) {
			err = idcenter.ErrUnauthorized
		}
	} else {
		err = nil // another job has got it
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.end(err)
		return
	}
	c.token = current
	c.again(j)
}
