package rules

// Rules are the checks weir knows, most serious first.
var Rules = []*Rule{
	nothingRead, unreadableInput, valueInvalid, syncCycle, retryInCycle, retryNonIdempotent, retryUnbounded,

	notRendered, failingCall, noReplica,
	policyUnbound, policyShadowed, policyInert, policyNeedsMesh,
	timeoutMissing, retryWithoutTimeout, timeoutWrongKind, timeoutInversion, ingressTimeoutMissing, ingressDeadlineExceeded,
	retryAmplification, retryMultipleLayers, retryWithoutBackoff, retryOnOverload, perTryNotBelowTotal, retriesTruncated,
	externalUnprotected, breakerBlindToSlow, breakerCannotTrip, breakerWithoutFallback,
	criticalityInversion, fallbackMissing, fallbackSharesFate, fallbackOverBudget, l4BalancedGRPC,
	sloComposition, singlePointOfFailure, redundancyBelowTier, fanInHotSpot, sharedDatabase, healthcheckMissing, syncChainTooDeep,
	timeoutAgainstObserved, undeclaredEdge, nPlusOne,

	fanOutHub, timeoutExcessive, timeoutDefaultOnly, retryWithoutJitter, retryBudgetMissing, retryMissing, asyncCycle,
	breakerMissing, breakerWindowTooShort, bulkheadMissing, cacheOpportunity, unusedEdge, chattyEdge,
}

// FindRule returns the rule with this ID. The error is a *ruleError.
func FindRule(id string) (*Rule, error) { return findRule(Rules, id) }
