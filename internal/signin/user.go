package signin

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// userTimeout is the time for all questions together, because `status` waits for the answers.
const userTimeout = 2 * time.Second

// LearnUsers asks STS who is signed in, for several sessions at the same time, and records
// the answers. p is the profile whose settings the questions use. A question without an
// answer is not an error. The user stays unknown, and LearnUsers asks STS again after ten
// minutes.
func LearnUsers(ctx context.Context, w *workspace.Workspace, p *profile.Profile, questions []broker.UserQuestion) {
	limited, cancel := context.WithTimeout(ctx, userTimeout)
	defer cancel()
	users, asked := make([]string, len(questions)), make([]bool, len(questions))
	var wg sync.WaitGroup
	for i, q := range questions {
		ask, err := callerIdentity(w, p, q)
		if err != nil {
			w.App.Log.Debug("STS is not asked for the user", "session", q.Session.Key(), "why", err)
			continue
		}
		asked[i] = true
		wg.Go(func() {
			w.App.Log.Debug("ask STS for the user", "session", q.Session.Key())
			var err error
			if users[i], err = ask(limited); err != nil {
				w.App.Log.Debug("STS did not return the user", "session", q.Session.Key(), "error", err)
			}
		})
	}
	wg.Wait()
	for i, q := range questions {
		if asked[i] && ctx.Err() == nil { // Ctrl-C leaves the user unknown
			w.Broker.RecordUser(q, users[i])
		}
	}
}

// callerIdentity returns a function that makes one call of GetCallerIdentity with the keys
// of the question and returns the user's name. It returns an error if the settings name a
// service that did not issue the keys.
func callerIdentity(w *workspace.Workspace, p *profile.Profile, q broker.UserQuestion) (func(context.Context) (string, error), error) {
	svc, err := model.Load("sts")
	if err != nil {
		return nil, err
	}
	op, _ := svc.Operation("get-caller-identity")
	settings := *p
	settings.Region = q.Session.Region
	endpoint, err := settings.Endpoint(svc.EnvName())
	if err != nil {
		return nil, err
	}
	if !ssocache.EndpointAt(endpoint.URL, endpoint.Env).Takes(q.Keys.Origin) {
		return nil, fmt.Errorf("the keys were issued by %q and are not sent to %q", q.Keys.Origin, endpoint.URL)
	}
	client, err := NewClient(w, &settings, svc)
	if err != nil {
		return nil, err
	}
	client.MaxAttempts = 1
	client.Credentials = SigningKeys(q.Keys)
	return func(ctx context.Context) (string, error) {
		out, err := client.Call(ctx, svc, op, new(document.Object))
		if err != nil {
			return "", err
		}
		arn, _ := out.Get("Arn")
		text, _ := arn.(string)
		return userOf(text), nil
	}, nil
}

// userOf returns the user's name from the ARN of a role of IAM Identity Center, such as
// arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane. It
// returns "" for any other ARN.
func userOf(arn string) string {
	_, role, _ := strings.Cut(arn, ":assumed-role/")
	name, user, _ := strings.Cut(role, "/")
	if !strings.HasPrefix(name, "AWSReservedSSO_") {
		return ""
	}
	return user
}
