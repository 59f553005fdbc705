package cmd

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/weirgraph/weir/ingest/summary"
)

// A choice is a flag whose value is one of a few words.
type choice struct {
	value *string
	words []string
}

func (c choice) String() string { return *c.value }
func (c choice) Type() string   { return "word" }

func (c choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return misuse(oneOf(word, c.words), "unknown value %q", word)
	}
	*c.value = word
	return nil
}

// addChoice adds a flag that takes one of words, and completes to them.
func addChoice(cmd *cobra.Command, value *string, name, fallback, usage string, words ...string) {
	*value = fallback
	cmd.Flags().Var(choice{value, words}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// A count is a flag whose value is a whole number from 1.
type count struct{ value *int }

func (c count) String() string { return strconv.Itoa(*c.value) }
func (c count) Type() string   { return "n" }

func (c count) Set(word string) error {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return misuse("write a whole number from 1", "not a count: %q", word)
	}
	*c.value = n
	return nil
}

// addCount adds a flag that takes a count, and is 0 without one.
func addCount(cmd *cobra.Command, value *int, name, usage string) {
	cmd.Flags().Var(count{value}, name, usage)
}

// A size is a flag whose value is a number of bytes.
type size struct{ value *int64 }

func (s size) String() string { return "" }
func (s size) Type() string   { return "size" }

func (s size) Set(word string) error {
	n, ok := parseSize(word)
	if !ok {
		return misuse("write 512MiB, 2GB or a number of bytes", "not a size: %q", word)
	}
	*s.value = n
	return nil
}

// units are what sizes are counted in. A letter alone is a power of 1024, as it is for
// most programs.
var units = map[string]float64{
	"": 1, "b": 1,
	"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
}

// parseSize reads "512MiB", "1.5 GB" or a number of bytes, at least one.
func parseSize(word string) (int64, bool) {
	digits := strings.TrimRight(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit, known := units[strings.ToLower(word[len(digits):])]
	n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if n *= unit; !known || err != nil || !(n >= 1 && n < 1<<62) {
		return 0, false
	}
	return int64(n), true
}

// columns is a flag that maps columns of a table to their roles.
type columns struct{ value *summary.Columns }

func (c columns) String() string { return "" }
func (c columns) Type() string   { return "role=header" }

func (c columns) Set(text string) error {
	parsed, err := summary.ParseColumns(strings.Split(text, ","))
	var wrong *summary.ColumnError
	if errors.As(err, &wrong) {
		return misuse(wrong.Hint(), "%w", err)
	}
	if *c.value == nil {
		*c.value = summary.Columns{}
	}
	maps.Copy(*c.value, parsed)
	return nil
}

// Groups of flags, in which help lists them after a command's own.
const (
	groupInput   = "Input flags"
	groupOutput  = "Output flags"
	groupPicture = "Picture flags"
)

// addInputFlags adds the flags of commands that read sources.
func (r *run) addInputFlags(cmd *cobra.Command) {
	before := flagNames(cmd)
	f := cmd.Flags()
	r.addConfigFlag(cmd)
	f.StringVar(&r.namespace, "namespace", "", "default namespace `name` for objects that set none")
	f.Var(columns{&r.columns}, "csv-columns", "map a column of CSV files, as `role=header`, e.g. service=App; repeatable")
	f.Var(size{&r.maxMemory}, "max-memory", "approximate memory limit for traces, a `size` like 512MiB; the rest spills to disk")
	f.StringArrayVar(&r.estate, "estate", nil, "judge the sources with the graphs of other repositories in `path`, a file or directory of weir's JSON; repeatable")
	f.BoolVar(&r.noSource, "no-source", false, "leave out the source code in directories, in which programs show whom they call")
	f.BoolVar(&r.source, "source", true, "read the source code in directories, as it is by default")
	_ = f.MarkHidden("source")
	f.BoolVar(&r.followOutside, "follow-outside", false, "follow links and references out of the work tree or the directory of the sources")
	f.BoolVar(&r.render, "render", false, "render charts and overlays with the installed helm and kustomize, as render in weir.yaml says")
	f.StringSliceVar(&r.variants, "variant", nil, "read this variant, a `name` under variants in weir.yaml; repeatable (default all, each by itself)")
	_ = cmd.RegisterFlagCompletionFunc("variant", completeVariants)
	f.BoolVarP(&r.quiet, "quiet", "q", false, "report only inputs that could not be read")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "show all places and values, and everything that was read or skipped")
	setGroup(cmd, before, groupInput)
}

func (r *run) addConfigFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.configPath, "config", "", "read the configuration from `file`, or a revision as git:main:"+configName+", instead of "+configName)
}

// addOutputFlags adds the flags of commands that write reports.
func (r *run) addOutputFlags(cmd *cobra.Command) {
	before := flagNames(cmd)
	cmd.Flags().StringArrayVarP(&r.outputs, "output", "o", nil,
		"write as `format[=file]`: "+strings.Join(formatNames(), ", ")+`; repeatable (default "`+formatNames()[0]+`")`)
	_ = cmd.RegisterFlagCompletionFunc("output", completeFormats)
	addChoice(cmd, &r.color, "color", "auto", "`when` to use color: auto, always, never", colorWords...)
	setGroup(cmd, before, groupOutput)
}

func flagNames(cmd *cobra.Command) map[string]bool {
	names := map[string]bool{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names[f.Name] = true })
	return names
}

// setGroup puts the flags that were added since before into a group.
func setGroup(cmd *cobra.Command, before map[string]bool, group string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !before[f.Name] {
			_ = cmd.Flags().SetAnnotation(f.Name, groupKey, []string{group})
		}
	})
}

const groupKey = "weir-group"

// setFromEnvironment gives every flag that the command line does not set the
// value of its variable: WEIR_FAIL_ON for --fail-on. An empty one counts as unset.
func setFromEnvironment(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := "WEIR_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := os.Getenv(name)
		if err != nil || f.Changed || value == "" || f.Name == "help" || f.Name == "version" {
			return
		}
		if e := cmd.Flags().Set(f.Name, value); e != nil {
			err = invalidValue(name, value, errors.Unwrap(e))
		}
	})
	return err
}

// flagError rewords errors of pflag and adds hints.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		name := unknown.GetSpecifiedName()
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		hint := cmd.CommandPath() + " --help lists the flags"
		if near := nearest(name, names); near != "" {
			hint = didYouMean("--" + near)
		}
		return misuse(hint, "unknown flag \"--%s\"", name)
	case errors.As(err, &unknown):
		return misuse(cmd.CommandPath()+" --help lists the flags", "unknown flag \"-%s\"", unknown.GetSpecifiedName())
	case errors.As(err, &missing):
		_, usage := pflag.UnquoteUsage(missing.GetFlag())
		return misuse(usage, "flag \"--%s\" needs a value", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		return invalidValue("--"+invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
	}
	return misuse(cmd.CommandPath()+" --help shows how it is used", "%w", err)
}

// invalidValue is the error of a flag or a variable with an invalid value. The cause may
// have a hint of its own.
func invalidValue(name, value string, cause error) error {
	var f *exitError
	if errors.As(cause, &f) {
		return misuse(f.hint, "%s: %w", name, f.err)
	}
	return misuse("", "%s: invalid value %q", name, value)
}
