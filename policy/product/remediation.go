package product

import (
	"slices"

	"github.com/weirgraph/weir/policy"
)

// in is a remediation in an object of a kind.
func in(kind string, edits ...policy.Edit) policy.Remediation {
	return policy.Remediation{Kind: kind, Edits: edits}
}

// whole is a remediation that adds an object, or its equivalent in code.
func whole(kind string) policy.Remediation {
	return in(kind, policy.Edit{Op: policy.OpAdd, Value: policy.BlockValue})
}

// field sets a field.
func field(path, value string) policy.Edit {
	return policy.Edit{Op: policy.OpSet, Path: path, Value: value}
}

// block adds a block with fields of its own.
func block(path string) policy.Edit {
	return policy.Edit{Op: policy.OpAdd, Path: path, Value: policy.BlockValue}
}

// annotation sets an annotation.
func annotation(key, value string) policy.Edit { return field("metadata.annotations["+key+"]", value) }

// ways are the remediations of one purpose, the default first.
func ways(list ...policy.Remediation) []policy.Remediation { return list }

// allBut are the purposes that a product has no way for, but for some.
func allBut(expressible ...policy.Purpose) []policy.Purpose {
	var list []policy.Purpose
	for p := range policy.NumPurposes {
		if !slices.Contains(expressible, p) {
			list = append(list, p)
		}
	}
	return list
}

// Short names of values that depend on the finding.
const (
	duration   = policy.DurationValue
	count      = policy.CountValue
	percent    = policy.PercentValue
	conditions = policy.ConditionsValue
	name       = policy.NameValue
)
