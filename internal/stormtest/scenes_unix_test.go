//go:build unix

package stormtest_test

import (
	"net/http"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

var (
	one  = []string{"dev"}
	four = []string{"dev", "dev-2", "dev-3", "dev-4"}
	// eight has profiles for four roles. Each role has a profile with [sso-session] and a legacy
	// profile. All profiles share one sign-in. The two kinds store their role credentials under
	// different names.
	eight = []string{"dev", "old", "dev-2", "old-2", "dev-3", "old-3", "dev-4", "old-4"}
)

const grace = time.Minute

// scenes lists all storms. docs/storms.md explains the results.
func scenes() []scene {
	all := append(quiet(), deadly()...)
	all = append(all, faulty()...)
	all = append(all, assisted()...)
	all = append(all, chained()...)
	return append(all, mixed()...)
}

// quiet returns the scenes without failures, and the scenes with an ended session.
func quiet() []scene {
	return []scene{
		{name: "cold", short: true, n: crowd, roles: one, cache: cold, latency: latency / 2, fetches: 1},
		{name: "cold, 3 s", n: crowd, roles: one, cache: cold, latency: 3 * time.Second, fetches: 1},
		{name: "cold, 8 profiles, 1 s", n: crowd, roles: eight, cache: cold, latency: latency, fetches: 8},
		{name: "cold, 8 profiles, no latency", n: crowd, roles: eight, cache: cold, fetches: 8},
		{name: "expired", short: true, n: crowd, roles: one, cache: expired, latency: latency, refreshes: 1, fetches: 1},
		{name: "expired, no latency", n: crowd, roles: one, cache: expired, refreshes: 1, fetches: 1},
		{name: "expired, 3 s", n: crowd, roles: one, cache: expired, latency: 3 * time.Second, refreshes: 1, fetches: 1},
		{name: "expired, 4 profiles, 3 s", n: crowd, roles: four, cache: expired, latency: 3 * time.Second, refreshes: 1, fetches: 4},
		{name: "expired, 8 profiles", short: true, n: crowd, roles: eight, cache: expired, latency: latency / 2, refreshes: 1, fetches: 8},
		{name: "expired, 8 profiles, 3 s", n: crowd, roles: eight, cache: expired, latency: 3 * time.Second, refreshes: 1, fetches: 8},
		{name: "in its window, 4 profiles, 1 s", n: crowd, roles: four, cache: window, latency: latency, refreshes: 1, fetches: 4},
		{name: "revoked", short: true, n: crowd, roles: one, cache: revoked, latency: latency / 5, refreshes: 1, spare: 1, end: ends},
		{name: "revoked, 8 profiles, 3 s", n: crowd, roles: eight, cache: revoked, latency: 3 * time.Second, refreshes: 1, spare: 1, end: ends},
		{name: "revoked, lives by its date, 1 s", n: crowd, roles: one, cache: revokedAlive, latency: latency, refreshes: 1, spare: 1, fetches: unlimited, end: ends},
	}
}

// deadly returns the scenes with killed processes. If the service waits before the operation,
// a killed process has usually spent no token. If the service waits after the operation, the
// process has spent the token.
func deadly() []scene {
	return []scene{
		{
			name: "expired, 10 % killed, grace", short: true, n: crowd, roles: one, cache: expired, grace: grace,
			latency: 300 * time.Millisecond, doomed: 10, refreshes: 1, fetches: 1,
		},
		{name: "cold, 8 profiles, 10 % killed, 1 s", n: crowd, roles: eight, cache: cold, latency: latency, doomed: 10, fetches: 8},
		{
			name: "expired, 8 profiles, 10 % killed, answers 1 s under way, grace", n: crowd, roles: eight, cache: expired,
			grace: grace, latency: latency, behind: true, doomed: 10, refreshes: 1, fetches: 8,
		},
		{
			name: "expired, 8 profiles, 10 % killed, single use, answers 1 s under way", n: crowd, roles: eight, cache: expired,
			latency: latency, behind: true, doomed: 10, refreshes: 1, fetches: 8, end: mayEnd,
		},
		{name: "expired, 50 % killed, single use", n: crowd, roles: four, cache: expired, latency: latency / 10, doomed: 50, refreshes: 1, fetches: 4, end: mayEnd},
		{name: "in its window, 10 % killed, grace", n: crowd, roles: four, cache: window, grace: grace, latency: latency, doomed: 10, refreshes: 1, fetches: 4},
		{name: "who refreshes is killed, grace", short: true, n: crowd, roles: one, cache: expired, grace: grace, holder: true, refreshes: 1, fetches: 1},
		{name: "who refreshes is killed, single use", short: true, n: crowd, roles: four, cache: expired, holder: true, refreshes: 1, end: ends},
	}
}

// faulty returns the scenes in which the service fails, for some or all tries of one call.
func faulty() []scene {
	throttled := func(operation string, n int) emulator.Fault {
		return emulator.Fault{Operation: operation, Status: http.StatusTooManyRequests, Count: n}
	}
	dropped := func(operation string, after bool) emulator.Fault {
		return emulator.Fault{Operation: operation, Drop: true, After: after, Count: 1}
	}
	return []scene{
		{
			name: "429 twice on both calls", n: crowd, roles: one, cache: expired, latency: latency / 10, refreshes: 1, fetches: 1,
			faults: []emulator.Fault{throttled("CreateToken", 2), throttled("GetRoleCredentials", 2)},
		},
		{
			name: "429 and dropped connections on both calls", short: true, n: crowd / 2, roles: one, cache: expired, latency: latency / 10,
			refreshes: 1, fetches: 1,
			faults: []emulator.Fault{
				throttled("CreateToken", 1), dropped("CreateToken", false),
				throttled("GetRoleCredentials", 1), dropped("GetRoleCredentials", true),
			},
		},
		{
			name: "429 on the roles of 8 profiles, 1 s", n: crowd, roles: eight, cache: cold, latency: latency, fetches: 8,
			faults: []emulator.Fault{throttled("GetRoleCredentials", 8)},
		},
		{
			name: "the new token is lost, grace", short: true, n: crowd / 2, roles: four, cache: expired, grace: grace, latency: latency / 10,
			refreshes: 1, fetches: 4, faults: []emulator.Fault{dropped("CreateToken", true)},
		},
		{
			name: "the new token is lost, single use", short: true, n: crowd / 2, roles: four, cache: expired, latency: latency / 10,
			refreshes: 1, end: ends, faults: []emulator.Fault{dropped("CreateToken", true)},
		},
		{
			name: "429 without end", n: crowd, roles: one, cache: expired, refreshes: 3, spare: 3, end: fails,
			faults: []emulator.Fault{throttled("CreateToken", 0)},
		},
	}
}

// chained returns the scenes with profiles that assume roles.
func chained() []scene {
	chain, mfa := []string{"chain"}, []string{"mfa"}
	return []scene{
		{name: "chain of two roles, expired", short: true, n: crowd, roles: chain, cache: expired, latency: latency / 2, refreshes: 1, fetches: 1, assumed: 2},
		{name: "chain of two roles, cold, 3 s", n: crowd, roles: chain, cache: cold, latency: 3 * time.Second, fetches: 1, assumed: 2},
		{
			name: "chain of two roles, 10 % killed, grace", n: crowd, roles: []string{"chain", "link", "dev"}, cache: expired, grace: grace,
			latency: latency / 2, doomed: 10, refreshes: 1, fetches: 2, assumed: 2,
		},
		{
			name: "agent, chain of two roles", n: crowd, roles: chain, cache: expired, latency: latency / 2, standby: agentOn,
			refreshes: 1, fetches: 1, assumed: 2,
		},
		{
			name: "MFA", short: true, n: crowd, roles: mfa, cache: withCode, latency: latency / 2, refreshes: 1, fetches: 1, assumed: 1,
			after: oneCode,
		},
	}
}

// assisted returns the scenes with an agent. The agent makes the calls, so a killed process
// loses no token, even if the service accepts a refresh token only once.
func assisted() []scene {
	return []scene{
		{name: "agent, cold, 8 profiles", n: crowd, roles: eight, cache: cold, latency: latency, standby: agentOn, fetches: 8},
		{name: "agent, expired", short: true, n: crowd, roles: one, cache: expired, latency: latency / 2, standby: agentOn, refreshes: 1, fetches: 1},
		{name: "agent, revoked", n: crowd, roles: one, cache: revoked, latency: latency / 5, standby: agentOn, refreshes: 1, spare: 1, end: ends},
		{
			name: "agent, 10 % killed, single use, answers 1 s under way", short: true, n: crowd, roles: eight, cache: expired,
			latency: latency, behind: true, doomed: 10, standby: agentOn, refreshes: 1, fetches: 8,
		},
		{
			name: "agent, 50 % killed, single use, answers 3 s under way", n: crowd, roles: four, cache: expired,
			latency: 3 * latency, behind: true, doomed: 50, standby: agentOn, refreshes: 1, fetches: 4,
		},
		{
			name: "agent, with the AWS CLI and boto3, grace", n: crowd, roles: one, cache: expired, grace: grace,
			latency: latency, others: 2, standby: agentOn, refreshes: 1, fetches: 1,
		},
		{
			name: "agent, itself killed, grace", short: true, n: crowd, roles: eight, cache: expired, grace: grace,
			latency: latency / 2, behind: true, standby: agentOn, orphans: true, refreshes: 1, fetches: 8,
		},
		{name: "in memory, cold, 8 profiles", n: crowd, roles: eight, cache: cold, latency: latency, standby: inMemory, fetches: 8},
		{
			name: "in memory, expired, 10 % killed, single use", short: true, n: crowd, roles: four, cache: expired,
			latency: latency / 2, behind: true, doomed: 10, standby: inMemory, refreshes: 1, fetches: 4,
		},
	}
}

// mixed returns the scenes with programs that refresh without lanyard's lock.
func mixed() []scene {
	faults := []emulator.Fault{
		{Operation: "CreateToken", Status: http.StatusTooManyRequests, Count: 1},
		{Operation: "CreateToken", Drop: true, After: true, Count: 1},
		{Operation: "GetRoleCredentials", Status: http.StatusTooManyRequests, Count: 4},
		{Operation: "GetRoleCredentials", Drop: true, Count: 4},
	}
	return []scene{
		{name: "with the AWS CLI and boto3, grace", short: true, n: crowd, roles: one, cache: expired, grace: grace, latency: latency, others: 2, refreshes: 1, fetches: 1},
		{name: "with the AWS CLI and boto3, cold", n: crowd, roles: eight, cache: cold, latency: latency, others: 4, fetches: 8},
		{name: "with the AWS CLI and boto3, single use", n: crowd, roles: four, cache: expired, latency: latency, others: 4, refreshes: 1, fetches: 4, end: mayEnd},
		{
			name: "everything at once, grace", n: crowd, roles: eight, cache: expired, grace: grace, latency: latency, behind: true,
			doomed: 10, others: 4, faults: faults, refreshes: 1, fetches: 8,
		},
		{
			name: "everything at once, 3 s, grace", n: crowd, roles: eight, cache: expired, grace: grace, latency: 3 * time.Second,
			doomed: 10, others: 4, faults: faults, refreshes: 1, fetches: 8,
		},
		{
			name: "everything at once, single use", n: crowd, roles: eight, cache: expired, latency: latency, behind: true,
			doomed: 10, others: 4, faults: faults, refreshes: 1, fetches: 8, end: mayEnd,
		},
	}
}
