package chainrule.adapter;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.family.Models;

/** How a model is adapted: the settings of an adapter, from which a fresh one is made. */
public sealed interface AdapterMethod permits Lora, PrefixTuning {
    /** A fresh adapter on {@code base}, which must outlive it. @throws BadInput where it does not fit */
    Adapted on(Models.Form form, Decoder base);

    /** @throws BadInput where it does not fit models of a form */
    void check(Models.Form form);

    /** The same, drawn from {@code seed}. */
    AdapterMethod withSeed(long seed);

    /** The tokens that it takes from the model's context. */
    default int room() {
        return 0;
    }
}
