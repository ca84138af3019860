// The rule for CloudWatch's put-metric-data: the members of one metric in simple options.

package arg

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// metricData adds an option for each member of the first metric. Like the AWS CLI, it also stores an
// empty text.
func (t *table) metricData() {
	t.byName["--metric-data"].required = false
	plain := func(text string) (any, error) { return text, nil }
	for _, m := range []struct {
		option, member string
		read           func(text string) (any, error)
	}{
		{"metric-name", "MetricName", plain},
		{"timestamp", "Timestamp", plain},
		{"unit", "Unit", plain},
		{"value", "Value", decimal},
		{"dimensions", "Dimensions", dimensions},
		{"statistic-values", "StatisticValues", statistics},
		{"storage-resolution", "StorageResolution", func(text string) (any, error) { return parseIntValue(text) }},
	} {
		t.added(m.option, "string", one, func(p *parser, in *Input, o *option, v *optionValue) error {
			value, err := p.words(o, v)
			if err != nil {
				return err
			}
			metric, err := firstOf(in.Document, "MetricData", new(document.Object))
			if err != nil {
				return err
			}
			read, err := m.read(textOf(value))
			if err == nil {
				metric.Set(m.member, read)
			}
			return err
		})
	}
	t.exclusive([]string{"metric_data"}, []string{"metric_name", "timestamp", "unit", "value", "dimensions", "statistic_values"})
}

// decimal reads a number like Python's Decimal.
func decimal(text string) (any, error) {
	f, err := parseFloat(text)
	if err != nil {
		return nil, &ValueError{"[<class 'decimal.ConversionSyntax'>]"}
	}
	return f, nil
}

// dimensions reads NAME=VALUE,… as a list of dimensions.
func dimensions(text string) (any, error) {
	var all []any
	err := pairs(text, func(name, value string) error {
		all = append(all, objectOf("Name", name, "Value", value))
		return nil
	})
	return all, err
}

// statistics reads NAME=NUMBER,… as an object.
func statistics(text string) (any, error) {
	all := new(document.Object)
	err := pairs(text, func(name, value string) error {
		n, err := decimal(value)
		if err == nil {
			all.Set(name, n)
		}
		return err
	})
	return all, err
}

// pairs splits NAME=VALUE,… and calls add for each pair. Only the AWS CLI reads quotes and backslashes.
func pairs(text string, add func(name, value string) error) error {
	if strings.ContainsAny(text, `"'\[]`) {
		return &UsageError{Message: "quotes, backslashes and brackets in " + repr(text) + " need the AWS CLI", Elsewhere: true}
	}
	for pair := range strings.SplitSeq(text, ",") {
		words := strings.Split(pair, "=")
		switch {
		case len(words) < 2:
			return &ValueError{fmt.Sprintf("not enough values to unpack (expected 2, got %d)", len(words))}
		case len(words) > 2:
			return &ValueError{"too many values to unpack (expected 2)"}
		}
		if err := add(words[0], words[1]); err != nil {
			return err
		}
	}
	return nil
}
