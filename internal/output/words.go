package output

import (
	"fmt"
	"strings"
	"time"
)

// Until says when something ends, for people.
func Until(t, now time.Time) string {
	left := t.Sub(now).Round(time.Second)
	if left <= 0 {
		return "expired"
	}
	switch {
	case left >= time.Hour:
		left = left.Round(time.Minute)
		return fmt.Sprintf("%dh%02dm", int(left.Hours()), int(left.Minutes())%60)
	case left >= time.Minute:
		return fmt.Sprintf("%dm", int(left.Minutes()))
	}
	return fmt.Sprintf("%ds", int(left.Seconds()))
}

// Summary names the first profiles and counts the rest.
func Summary(profiles []string) string {
	const shown = 3
	if len(profiles) == 0 {
		return "-"
	}
	if len(profiles) > shown {
		return strings.Join(profiles[:shown], ", ") + fmt.Sprintf(" and %d more", len(profiles)-shown)
	}
	return strings.Join(profiles, ", ")
}

func Plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
