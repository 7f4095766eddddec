package chainrule.objective;

import chainrule.model.CausalLM;
import chainrule.model.Wrapped;

/** A language model that has nothing but its logits. */
record WithoutHeadWeight(CausalLM lm) implements Wrapped {}
