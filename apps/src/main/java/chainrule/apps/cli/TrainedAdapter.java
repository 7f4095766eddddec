package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.adapter.Adapted;
import chainrule.adapter.AdapterMethod;
import chainrule.adapter.PeftFolder;
import chainrule.model.Net;
import chainrule.model.family.Models;
import chainrule.train.Export;
import chainrule.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * An adapter in training. Every checkpoint holds it as PEFT would write it.
 *
 * @param form of the base
 * @param base what the base is called by
 */
record TrainedAdapter(Models.Form form, String base, Adapted lm) implements Export, AutoCloseable {
    /** A fresh adapter on {@code trained}, or the one that the run in {@code folder} has reached. */
    static TrainedAdapter of(
            AdapterMethod method, Train asked, RunFolder folder, TrainedModel trained, Console console) {
        Models.Form form = trained.form();
        Adapted lm = Files.exists(folder.path().resolve("adapter_config.json"))
                ? Adapted.of(PeftFolder.read(folder.checkpoint(), form), trained.net())
                : method.on(form, trained.net());
        console.note(String.format(
                Locale.ROOT,
                "Adapter: %,d parameters; the model's own stay as they are",
                lm.parameters().size()));
        return new TrainedAdapter(form, asked.from.orElseThrow(), lm);
    }

    /** A method with {@code settings}, which may be none. @throws chainrule.BadInput where they are not its own */
    static AdapterMethod method(String name, String settings, long seed) {
        AdapterMethod method = Spec.parse(settings.isBlank() ? name : name + ":" + settings, AdapterMethod.class);
        return settings.contains("seed=") ? method : method.withSeed(seed);
    }

    @Override
    public void write(Net trained, Path folder) throws IOException {
        PeftFolder.write(lm.adapter(), form, base, folder);
    }

    @Override
    public void close() {
        lm.close();
    }
}
