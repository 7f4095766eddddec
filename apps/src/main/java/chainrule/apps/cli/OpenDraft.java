package chainrule.apps.cli;

import chainrule.local.LocalModel;
import java.util.Optional;

/** What is asked of decoding, and the draft model that it needs; to be closed after the model. */
record OpenDraft(DecodingOptions.Chosen chosen, Optional<LocalModel> model) implements AutoCloseable {
    @Override
    public void close() {
        model.ifPresent(LocalModel::close);
    }
}
