//go:build unix

package stormtest_test

import "testing"

// judge checks how the processes ended, and counts.
func (s scene) judge(t *testing.T, h *home, results []result, r *row) {
	t.Helper()
	var well []result
	for i, one := range results {
		before := t.Failed()
		switch {
		case one.code == -1 && s.doomed > 0:
			r.killed++
			continue
		case one.code == 0:
			well = append(well, one)
			if s.end == ends || s.end == fails {
				t.Errorf("process %d has credentials: %s", i, one.stdout)
			}
		case s.end == ends || s.end == mayEnd:
			r.ended++
			checkEnded(t, one)
		case s.end == fails:
			checkFailed(t, one, 254, "429") // also those who heard it from another process
		default:
			t.Errorf("process %d of %d: exit %d: %s", i, len(results), one.code, one.stderr)
		}
		if t.Failed() && !before {
			t.Logf("the first of those is process %d of %d", i, len(results))
		}
	}
	r.well = len(well)
	if s.doomed > 0 && r.killed == 0 {
		t.Error("all processes had ended before they were to be killed: this tested nothing")
	}
	if s.others == 0 && len(well) > 0 { // the AWS CLI replaces credentials in the middle
		checkAnswers(t, well)
	}
	if s.holder {
		r.killed++
	}
	s.checkCalls(t, *r)
	if s.after != nil {
		s.after(t, h)
	}
}

// checkCalls checks how often the service was called. Faults cost the call that
// they hit; whoever is killed may have been calling, and so may a program that
// takes no lock, twice.
func (s scene) checkCalls(t *testing.T, r row) {
	t.Helper()
	refreshes, fetches := s.refreshes, s.fetches
	for _, f := range s.faults {
		if f.Operation == "CreateToken" {
			refreshes += f.Count
		} else {
			fetches += f.Count
		}
	}
	more := r.killed + 2*s.others
	if s.holder {
		more, refreshes = 0, refreshes+1
	}
	if s.orphans { // each of its calls may have been under way
		more += len(s.roles)
	}
	check := func(operation string, got, least, most int) {
		t.Helper()
		if r.ended > 0 {
			least = 0
		}
		if got < least || got > most {
			t.Errorf("%s was called %d times, want %d to %d", operation, got, least, most)
		}
	}
	check("CreateToken", r.refreshes, refreshes, refreshes+more+s.spare)
	if s.fetches != whatever {
		check("GetRoleCredentials", r.fetches, fetches, fetches+more)
	}
}

// whatever says that any number of calls is fine.
const whatever = -1

// repair checks what is left: whole files, free locks, and a session that goes on,
// after one login where the service has ended it.
func (s scene) repair(t *testing.T, h *home, r row) {
	t.Helper()
	if r.corrupt == 0 {
		h.checkFiles(t)
	}
	h.srv.ClearFaults()
	if s.standby != inMemory { // whose tokens keep their origin
		h.useFor(h.srv.URL, "SSO_OIDC", "SSO")
	}
	if r.ended > 0 {
		h.signIn(t)
	}
	for _, profile := range s.roles {
		checkAnswers(t, []result{h.credentials(t, profile)})
	}
}
