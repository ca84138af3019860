package guard

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A When holds the conditions of a rule. A nil condition matches every request.
type When struct {
	Terminal, CI, Agent *bool
	Hours               *Hours
	Days                []time.Weekday // empty means every day
	Zone                *time.Location // nil means the local time
}

// Hours is a time of day, in minutes after midnight. From belongs to it, and To does not. If To is
// not after From, the time goes past midnight.
type Hours struct{ From, To int }

func (w When) empty() bool {
	return w.Terminal == nil && w.CI == nil && w.Agent == nil && w.Hours == nil && len(w.Days) == 0
}

// mismatch returns the condition that a request does not fulfil, or "".
func (w When) mismatch(q Request) string {
	now := q.Now
	if w.Zone != nil {
		now = now.In(w.Zone)
	}
	minute := now.Hour()*60 + now.Minute()
	switch {
	case w.Terminal != nil && *w.Terminal != q.Terminal:
		return "there is " + some(q.Terminal, "a terminal", "no terminal")
	case w.CI != nil && *w.CI != (q.CI != ""):
		return "this is " + some(q.CI != "", "the CI "+q.CI, "no CI job")
	case w.Agent != nil && *w.Agent != (q.Agent != ""):
		return "the caller is " + some(q.Agent != "", "the AI agent "+q.Agent, "no AI agent")
	case w.Hours != nil && !w.Hours.contains(minute), len(w.Days) > 0 && !slices.Contains(w.Days, now.Weekday()):
		return "it is " + now.Format("Monday, 15:04 MST")
	}
	return ""
}

func some(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func (h Hours) contains(minute int) bool {
	if h.From < h.To {
		return h.From <= minute && minute < h.To
	}
	return h.From <= minute || minute < h.To
}

var hoursText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)$`) })

// parseHours parses a text such as "08:00-18:00".
func parseHours(text string) (Hours, error) {
	m := hoursText().FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Hours{}, fmt.Errorf("%q is not a time of day such as 08:00-18:00", text)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // two digits
	}
	h := Hours{n[0]*60 + n[1], n[2]*60 + n[3]}
	if n[1] > 59 || n[3] > 59 || h.From >= 24*60 || h.To > 24*60 || h.From == h.To {
		return Hours{}, fmt.Errorf("%q is not a time of day such as 08:00-18:00", text)
	}
	return h, nil
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday

// parseDays parses a day or a range of days, such as "sat" or "mon-fri".
func parseDays(text string) ([]time.Weekday, error) {
	first, last, isRange := strings.Cut(strings.ToLower(strings.TrimSpace(text)), "-")
	if !isRange {
		last = first
	}
	from, to := slices.Index(dayNames, strings.TrimSpace(first)), slices.Index(dayNames, strings.TrimSpace(last))
	if from < 0 || to < 0 {
		return nil, fmt.Errorf("%q is not a day or a range such as mon-fri; the days are: %s", text, strings.Join(dayNames, ", "))
	}
	days := []time.Weekday{time.Weekday(from)}
	for d := from; d != to; {
		d = (d + 1) % len(dayNames)
		days = append(days, time.Weekday(d))
	}
	return days, nil
}
