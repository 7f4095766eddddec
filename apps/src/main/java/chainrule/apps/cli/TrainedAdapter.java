package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.adapter.Adapted;
import chainrule.adapter.Lora;
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
    static TrainedAdapter of(Lora settings, Train asked, RunFolder folder, TrainedModel trained, Console console) {
        Models.Form form = trained.form();
        Adapted lm = Files.exists(folder.path().resolve("adapter_config.json"))
                ? Adapted.of(PeftFolder.read(folder.checkpoint(), form), trained.net())
                : settings.on(form, trained.net());
        console.note(String.format(
                Locale.ROOT,
                "Adapter: %,d parameters; the model's own stay as they are",
                lm.parameters().size()));
        return new TrainedAdapter(form, asked.from.orElseThrow(), lm);
    }

    /** Settings of LoRA as they are written after {@code --lora}. @throws chainrule.BadInput where they are none */
    static Lora settings(String text, long seed) {
        Lora lora = Spec.parse(text.isBlank() ? "lora" : "lora:" + text, Lora.class);
        return text.contains("seed=") ? lora : new Lora(lora.rank(), lora.alpha(), lora.rslora(), lora.targets(), seed);
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
